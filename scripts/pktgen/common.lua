-- What the workloads share. Settings come from the environment, results go to a file: docs/benchmarking.md.
-- Packets leave port 0, into the switch's uplink, and come back at port 1, a VM's.

local M = {SEND = "0", RECEIVE = "1", BOTH = "0,1"}

local SETTLE_MS = 500    -- for what is still under way when a trial ends

function M.settle()
    pktgen.delay(SETTLE_MS)
end

local function setting(name, default)
    return os.getenv("VIPSWITCH_" .. name) or default
end

local function number(name, default)
    local text = setting(name, tostring(default))
    return tonumber(text) or error(("VIPSWITCH_%s: '%s' is no number"):format(name, text))
end

M.seconds = number("SECONDS", 5)                            -- of each trial
M.eips = number("EIPS", 1000)
M.size = number("FRAME", 64)                                -- bytes, frame check sequence included
M.first_eip = setting("FIRST_EIP", "60.0.0.10")
M.client = setting("CLIENT", "198.18.0.1")
M.uplink_mac = setting("UPLINK_MAC", "02:00:5e:10:00:01")   -- of the switch
M.router_mac = setting("ROUTER_MAC", "02:00:5e:10:00:99")   -- that packets come from
M.loss_percent = number("LOSS", 0)                          -- that a trial without drops may have
M.rate_percent = number("RATE", 0)                          -- of the link's; 0: search for it

local results = assert(io.open(setting("RESULT", "pktgen.jsonl"), "w"))

-- The IPv4 address `offset` after M.first_eip.
function M.eip(offset)
    local a, b, c, d = M.first_eip:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
    local address = ((a * 256 + b) * 256 + c) * 256 + d + offset
    return ("%d.%d.%d.%d"):format(address // 2^24 % 256, address // 2^16 % 256, address // 2^8 % 256, address % 256)
end

-- One result, a line of JSON: numbers by name.
function M.tell(id, fields)
    local names = {}
    for name in pairs(fields) do names[#names + 1] = name end
    table.sort(names)
    for place, name in ipairs(names) do
        local value = fields[name]
        local form = value == math.floor(value) and "%.0f" or "%.4f"
        names[place] = ('"%s": ' .. form):format(name, value)
    end
    results:write(('{"id": "%s", %s}\n'):format(id, table.concat(names, ", ")))
    results:flush()
end

-- Both ports idle, one UDP flow to the first EIP prepared.
function M.prepare()
    pktgen.screen("off")
    pktgen.stop(M.BOTH)
    pktgen.set(M.BOTH, "count", 0)
    pktgen.set(M.SEND, "size", M.size)
    pktgen.set(M.SEND, "rate", 100)
    pktgen.set_proto(M.SEND, "udp")
    pktgen.set_mac(M.SEND, "src", M.router_mac)
    pktgen.set_mac(M.SEND, "dst", M.uplink_mac)
    pktgen.set_ipaddr(M.SEND, "src", M.client .. "/32")
    pktgen.set_ipaddr(M.SEND, "dst", M.first_eip)
    M.settle()
end

-- UDP to all EIPs in turn, from a source port that changes with each packet.
function M.use_range()
    local function vary(set, start, least, most, step)
        set(M.SEND, "start", start)
        set(M.SEND, "min", least)
        set(M.SEND, "max", most)
        set(M.SEND, "inc", step)
    end
    pktgen.range.ip_proto(M.SEND, "udp")
    vary(pktgen.range.dst_mac, M.uplink_mac, M.uplink_mac, M.uplink_mac, "00:00:00:00:00:00")
    vary(pktgen.range.src_mac, M.router_mac, M.router_mac, M.router_mac, "00:00:00:00:00:00")
    vary(pktgen.range.dst_ip, M.first_eip, M.first_eip, M.eip(M.eips - 1), "0.0.0.1")
    vary(pktgen.range.src_ip, M.client, M.client, M.client, "0.0.0.0")
    vary(pktgen.range.src_port, 1024, 1024, 11023, 1)
    vary(pktgen.range.dst_port, 9, 9, 9, 0)
    vary(pktgen.range.pkt_size, M.size, M.size, M.size, 0)
    pktgen.set_range(M.SEND, "on")
end

-- Sends for M.seconds; packets {sent, received, seconds}.
function M.trial(rate_percent)
    pktgen.set(M.SEND, "rate", rate_percent)
    pktgen.clr()
    M.settle()
    local before = {pktgen.portStats(M.SEND, "port")[0].opackets, pktgen.portStats(M.RECEIVE, "port")[1].ipackets}
    pktgen.start(M.SEND)
    pktgen.delay(M.seconds * 1000)
    pktgen.stop(M.SEND)
    M.settle()
    return {sent = pktgen.portStats(M.SEND, "port")[0].opackets - before[1],
            received = pktgen.portStats(M.RECEIVE, "port")[1].ipackets - before[2], seconds = M.seconds}
end

function M.tell_trial(id, rate_percent, trial)
    M.tell(id, {rate_percent = rate_percent, sent = trial.sent, received = trial.received,
                sent_mpps = trial.sent / trial.seconds / 1e6, received_mpps = trial.received / trial.seconds / 1e6,
                lost_percent = 100 * (1 - trial.received / math.max(trial.sent, 1))})
end

-- What the trial sent, in percent of what the link carries: a virtual link may promise more than pktgen can send.
local function reached_percent(trial)
    local mbit_s = tonumber(pktgen.linkState(M.SEND)[0]:match("%d+"))
    return 100 * (trial.sent / trial.seconds) * (M.size + 20) * 8 / (mbit_s * 1e6)
end

-- The highest rate of 10 halvings, in percent of the link's, at which no more than M.loss_percent is lost (RFC 2544, 26.1).
function M.search(id)
    local passed, failed, rate, highest = 0, 100, 100, 0
    for _ = 1, 10 do
        local trial = M.trial(rate)
        M.tell_trial(id .. ".trial", rate, trial)
        if trial.sent > 0 and 100 * (trial.sent - trial.received) <= M.loss_percent * trial.sent then
            passed, highest = rate, math.min(rate, reached_percent(trial))
        else
            failed = rate
        end
        if passed == 100 then break end
        rate = (passed + failed) / 2
    end
    return highest
end

-- Runs the workload, says what went wrong in the results if something did, and ends pktgen.
function M.run(workload)
    local ok, problem = pcall(workload)
    if not ok then results:write(('{"error": "%s"}\n'):format(tostring(problem):gsub('[\\"\n]', " "))) end
    results:close()
    pktgen.quit()
end

return M
