#!/usr/bin/env python3
"""The cases of owner learning that model.py covers: prints each as a script with its expected
trace and counters, and says which are wrong."""
import model


def script(*blocks):
    lines = [line for block in blocks for line in block.strip().split('\n')]
    return 'bound A B C\n' + '\n'.join(sorted(lines, key=lambda line: int(line.split()[0])))


def adverts(port, priority, times, interval=1000):
    return '\n'.join(f'{t} advert {port} {priority} {interval}' for t in times)


def announces(port, times):
    return '\n'.join(f'{t} announce {port}' for t in times)


BOOT = (adverts('A', 150, [3900, 4900]), announces('A', [3901] * 5 + [8900] * 5))
CRASH = (adverts('A', 150, [0, 1000]), adverts('B', 100, [4610, 5610]), '4611 announce B')
PREEMPT = (adverts('B', 100, [0, 1000]), '1 announce B', adverts('A', 150, [1400, 2400]), '1401 announce A')

CASES = {
    '01 boot': (script(*BOOT), '3900 A', 'refreshed=10'),
    '02 graceful': (script(*BOOT, adverts('A', 150, [9000, 10000]), '10100 advert A 0', '10720 advert B 100', '10721 announce B'),
                    '3900 A, 10100 none, 10720 B', 'refreshed=11 resigned=1'),
    '03 crash': (script(*CRASH), '0 A, 4610 B', 'refreshed=1'),
    '04 preempt': (script(*PREEMPT), '0 B, 1400 A', 'refreshed=2'),
    '05 preempt, quick resign': (script(*PREEMPT, '2500 advert A 0', '3110 advert B 100'),
                                 '0 B, 1400 A, 2500 none, 3110 B', 'refreshed=2 resigned=1'),
    '06 split brain': (script(adverts('A', 150, range(0, 7000, 1000)), adverts('B', 100, range(300, 6300, 1000)),
                              announces('B', [302, 5302])), '0 A', 'shadowed=2'),
    '07 split, A resigns': (script(adverts('A', 150, range(0, 4000, 1000)), adverts('B', 100, range(300, 4300, 1000)),
                                   '3500 advert A 0'), '0 A, 3500 B', 'resigned=1'),
    '08 heal without announcement': (script('0 advert A 100', '1 announce A', adverts('B', 100, [115, 1115, 2115]),
                                            '117 announce B', '1000 advert A 100', '6000 tick'), '0 A, 115 B', 'refreshed=2'),
    '09 stale announcement': (script(adverts('B', 100, [0, 1000, 2000]), announces('A', [0, 100]), '20000 tick'),
                              '0 B', 'shadowed=2'),
    '10 FRR v6 boot': (script(announces('A', [0]), announces('B', [200]), adverts('A', 150, [990, 1990])), '0 A, 200 B, 990 A', ''),
    '11 reorder': (script('0 advert A 100', '500 announce B', '501 advert B 200'), '0 A, 501 B', 'shadowed=1'),
    '12 suppressed adverts': (script('0 advert B 100', '2 announce B', '10000 answer B'), '0 B', 'refreshed=2'),
    '13 crashed daemon answers': (script(*CRASH, '6000 weak A', '6001 weak B'), '0 A, 4610 B', 'refreshed=2 weak_ignored=1'),
    '14 ping-pong': (script(announces('A', [0]), announces('B', [10000]), announces('A', [10400]), announces('B', [10800]),
                            announces('A', [11000]), announces('B', [11100]), announces('A', [11200]), '20000 tick'),
                     '0 A, 10000 B, 10400 A, 10800 B, 12000 A', 'damped=2 refreshed=1'),
    '15 low-priority master resumes': (script(adverts('A', 100, [0, 1000, 2000, 6900]), adverts('B', 150, [5610, 6610, 6905, 7900]),
                                              '6901 announce A', '12000 tick'), '0 A, 5610 B', 'shadowed=1'),
    '16 high-priority master resumes': (script(adverts('A', 150, [0, 1000, 2000, 6000, 7000]), adverts('B', 100, [4760, 5760]),
                                               '6001 announce A'), '0 A, 4760 B, 6000 A', 'refreshed=1'),
    '17 vhost peer gone': (script('0 advert A 150', '1 announce A', '500 down A', '3610 advert B 100'),
                           '0 A, 500 none, 3610 B', 'refreshed=1'),
    '18 unbind': (script('0 announce A', '1000 unbind A', '2000 announce A', '3000 announce B'),
                  '0 A, 1000 none, 3000 B', 'unbound=1'),
    '19 VRRP to Pacemaker': (script(adverts('A', 150, [0, 1000, 2000]), '2500 announce B', '10000 tick'), '0 A, 6001 B', 'shadowed=1'),
    '20 Pacemaker, late sender': (script(announces('A', [0, 1000, 2000, 3000, 4000]), announces('B', [7000]), announces('A', [7500]),
                                         announces('B', [8000])), '0 A, 7000 B, 7500 A, 8000 B', 'refreshed=4'),
    '21 v3 10 cs crash': (script(adverts('A', 150, range(0, 1000, 100), 100), '1261 advert B 100 100'), '0 A, 1261 B', ''),
    '27 excluded address, heal': (script('0 group A 51 100 new', '1 announce A 51', '115 group B 51 100 new', '1000 group A 51 100',
                                         '1115 group B 51 100', '2115 group B 51 100', '6000 tick'), '1 A, 115 B', ''),
    '34 no address': (script('0 group A 51 100 new empty', '1 announce A 51', '500 group A 51 0 empty'), '1 A, 500 none', 'resigned=1'),
    '37 stalled master, stray announcement before': (script(adverts('B', 150, [0, 1000, 3500]), '1200 announce A', '12000 tick'),
                                                     '0 B', 'shadowed=1'),
    '38 stalled master, stray announcement after': (script(adverts('B', 150, [0, 1000, 3500]), '3200 announce A', '12000 tick'),
                                                    '0 B', 'shadowed=1'),
    '39 reply in flight after a resignation': (script('0 advert A 150', '1000 advert A 0', '1001 weak A', '1002 answer A', '1610 advert B 100'),
                                               '0 A, 1000 none, 1610 B', 'resigned=1 weak_ignored=2'),
    '40 pin and unpin': (script('0 announce A', '1000 pin B', '2000 announce C', '3000 unpin'), '0 A, 1000 B, 3000 C', ''),
    '41 pinned port goes down and up': (script('0 announce A', '1000 pin B', '2000 down B', '3000 up B', '4000 unbind B'),
                                        '0 A, 1000 B, 2000 A, 3000 B, 4000 A', ''),
    '42 pin of an unbound port': (script('0 announce A', '500 unbind C', '1000 pin C'), '0 A', 'pin_refused=1'),
    '43 unbind and bind again': (script('0 advert A 150', '1000 unbind A', '1500 advert A 150', '2000 bind A', '2500 advert A 150'),
                                 '0 A, 1000 none, 2500 A', 'unbound=1'),
    '44 a waiting claim leaves with its port': (script(adverts('A', 150, [0, 1000]), '1500 announce B', '1600 down B', '9000 tick'),
                                                '0 A', 'shadowed=1'),
    '45 an old waiting claim expires': (script(announces('A', [0, 10, 20]), announces('B', [30]), announces('A', [40]), announces('B', [50]),
                                               announces('A', [60]), adverts('B', 100, range(70, 60070, 1000)), '90000 tick'),
                                        '0 A, 30 B, 40 A, 50 B', 'damped=1 refreshed=2'),
}

if __name__ == '__main__':
    wrong = 0
    for name, (text, trace, counters) in CASES.items():
        done = model.run(text.split('\n'))
        got = ', '.join(f'{t} {o or "none"}' for t, o in done.trace)
        counted = ' '.join(f'{k}={v}' for k, v in sorted(done.counters.items()))
        print(f'# {name}\n{text}\n# expected: {trace} | {counters}\n')
        if (got, counted) != (trace, counters):
            wrong += 1
            print(f'# WRONG: {got} | {counted}\n')
    print(f'# {len(CASES)} cases, {wrong} wrong')
    raise SystemExit(wrong != 0)
