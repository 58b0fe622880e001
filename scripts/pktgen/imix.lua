-- Simple IMIX: of 12 frames 7 of 64 bytes, 4 of 594, one of 1518, each to another EIP.
local common = dofile(os.getenv("VIPSWITCH_PKTGEN") .. "/common.lua")

local SIZES = {64, 594, 64, 594, 64, 64, 1518, 64, 594, 64, 594, 64}

-- By a file of commands: pktgen.seq() and seqTable() of 23.06.1 take the number in the sequence for that of the port.
local function load_sequence()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    for place, size in ipairs(SIZES) do
        local number = place - 1
        file:write(table.concat({"seq", number, common.SEND, common.uplink_mac, common.router_mac,
                                 common.eip(number % common.eips), common.client .. "/32", 1024 + number, 9,
                                 "ipv4 udp 1", size, "0\n"}, " "))
    end
    file:close()
    pktgen.load(path)
    os.remove(path)
end

common.run(function()
    common.prepare()
    load_sequence()
    pktgen.set(common.SEND, "seq_cnt", #SIZES)
    common.tell_trial("pktgen.imix", 100, common.trial(100))
end)
