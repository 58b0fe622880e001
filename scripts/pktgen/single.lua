-- One packet, repeated at full rate.
local common = dofile(os.getenv("VIPSWITCH_PKTGEN") .. "/common.lua")

common.run(function()
    common.prepare()
    common.tell_trial("pktgen.single", 100, common.trial(100))
end)
