-- The highest rate without drops over all EIPs, in the way of RFC 2544.
local common = dofile(os.getenv("VIPSWITCH_PKTGEN") .. "/common.lua")

common.run(function()
    common.prepare()
    common.use_range()
    local rate = common.search("pktgen.throughput")
    common.tell_trial("pktgen.throughput", rate, common.trial(rate))
end)
