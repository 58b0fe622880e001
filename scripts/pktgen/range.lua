-- All EIPs in turn, 10,000 source ports, at full rate.
local common = dofile(os.getenv("VIPSWITCH_PKTGEN") .. "/common.lua")

common.run(function()
    common.prepare()
    common.use_range()
    common.tell_trial("pktgen.range", 100, common.trial(100))
end)
