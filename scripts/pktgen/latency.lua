-- Latency at 80% of the highest rate without drops: VIPSWITCH_RATE's, or that of a search.
local common = dofile(os.getenv("VIPSWITCH_PKTGEN") .. "/common.lua")

local EVERY_US = 1000

common.run(function()
    common.prepare()
    local highest = common.rate_percent
    if highest == 0 then highest = common.search("pktgen.latency") end
    pktgen.latency(common.BOTH, "rate", EVERY_US)
    pktgen.latency(common.BOTH, "enable")
    common.tell_trial("pktgen.latency.load", 0.8 * highest, common.trial(0.8 * highest))
    local told = pktgen.pktStats(common.RECEIVE)[1].latency
    common.tell("pktgen.latency", {packets = told.num_pkts, least_us = told.min_us, mean_us = told.avg_us,
                                   most_us = told.max_us, rate_percent = 0.8 * highest})
end)
