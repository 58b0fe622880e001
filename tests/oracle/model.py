#!/usr/bin/env python3
"""Executable specification of the HAVIP owner election on one host.

Reads a script of events on standard input, one a line, and prints every change of owner as
`TIME OWNER`, then the counters. It does not model probes (only their answers), migration,
several hosts, or that a VRID means another group in each family. Exact: all times are whole
milliseconds.

    bound A B C                     first line: the bound ports; their order is their port id, A lowest
    TIME advert PORT PRIO [INT]     VRRP advert of VRID 1; PRIO 0 resigns; INT in ms, default 1000
    TIME group PORT VRID PRIO [INT] [new] [empty]
                                    advert that does not list the address; new: with it the port begins
                                    to speak for the group, and lately for no other; empty: it lists none
    TIME announce PORT [VRID]       gratuitous ARP, or unsolicited NA with override; VRID: of the group
                                    that the port has lately begun to speak for, if it is one
    TIME weak PORT                  any unsolicited WEAK signal
    TIME answer PORT                an answer to the switch's own probe
    TIME down PORT | up PORT        port or vhost peer gone | back
    TIME unbind PORT | bind PORT    out of the HAVIP | into it (a port named in `bound`)
    TIME pin PORT | unpin           by the operator
    TIME hint VRID                  by the operator: the address follows that group; 0: as learned
    TIME tick                       let time pass

Times never decrease. '#' starts a comment.
"""
import sys

NEVER = -10**12
PENDING_LIFETIME = 10_000
CREDIT_MAX, CREDIT_COST = 6_000, 2_000      # damping: burst of 3, one more every 2 s
TURNS, TURN = 2_000, 5                      # claims of one port that are news: burst of 400, 200 a second
VRRP, ANN, WEAK = 3, 2, 1
LISTING_VRID = 1
ANNOUNCED_BEFORE = 20                       # an announcement belongs to the group acquired up to so much later
STRAY_APART, STRAY_TOGETHER = 1_000, 60_000


def freshness(interval):
    """Age up to which an advert proves its sender alive."""
    return min(2 * interval + 100, interval * 28 // 10)


def dead_time(interval):
    """Age up to which no other guest can have taken over: at least 3 * interval + skew."""
    return 4 * interval


class Record:
    def __init__(self):
        self.active = False
        self.down = False
        self.resigned = False       # nothing of its own since it resigned
        self.cls = 0
        self.gen = self.seen = -1
        self.last_advert = NEVER
        self.priority = 0
        self.vrid = 0
        self.follower = False       # its adverts count because the address follows their group
        self.interval = 1000
        self.turns_end = 0          # what its turns so far have used up
        self.deferred = False       # its last claim waits for its turn


class Election:
    def __init__(self, ports):
        self.ids = {port: i for i, port in enumerate(ports)}
        self.bound = set(ports)
        self.records = {port: Record() for port in ports}
        self.gen = 0
        self.elected = None         # by claims alone
        self.pinned = None
        self.owner = None           # the pinned port while it is bound and up, else the elected one
        self.released = False       # the elected port left and nobody has succeeded it
        self.now = 0
        self.credit, self.credit_at = CREDIT_MAX, 0
        self.pending = None         # (since, port): one announcement that waits
        self.hinted = 0             # VRID, by the operator
        self.learned = 0            # VRID, by announcements
        self.announced = (NEVER, None)      # the last announcement: (when, by whom)
        self.stray_since = None     # when an announcement contradicted what was learned
        self.counters = {}
        self.trace = []

    def count(self, name):
        self.counters[name] = self.counters.get(name, 0) + 1

    # --- evidence -------------------------------------------------------------------------------

    def age(self, r):
        return self.now - r.last_advert

    def in_generation(self, r):
        return r.active and r.cls == VRRP and self.gen in (r.gen, r.seen)

    def is_fresh(self, r):
        return r.active and r.cls == VRRP and self.age(r) <= freshness(r.interval)

    def holds_against(self, r, claimant):
        """Whether r's adverts keep another port's announcement waiting."""
        if not self.in_generation(r):
            return False
        if self.is_fresh(r):
            return True
        return self.age(r) <= dead_time(r.interval) and not self.is_fresh(claimant)

    def is_shadowed(self, port):
        return any(self.holds_against(r, self.records[port])
                   for p, r in self.records.items() if p != port and p in self.bound)

    # --- follow ---------------------------------------------------------------------------------

    def followed(self):
        return self.hinted or self.learned

    def is_listed(self):
        """Whether somebody's fresh adverts list the address."""
        return any(self.is_fresh(r) and not r.follower for r in self.records.values())

    def speaks_another(self, vrid):
        """Whether somebody's fresh adverts list the address, or count as those of another group."""
        return any(self.is_fresh(r) and not (r.follower and r.vrid == vrid) for r in self.records.values())

    def learn(self, vrid):
        self.stray_since = None
        if not self.hinted and self.learned != vrid:
            self.stop_following()
            self.learned = vrid

    def stop_following(self):
        self.learned, self.stray_since = 0, None
        self.drop_followers(self.hinted)

    def drop_followers(self, but_of):
        """What their adverts have come to is worth an announcement from now on."""
        for r in self.records.values():
            if r.follower and r.vrid != but_of:
                r.follower = False
                r.cls = min(r.cls, ANN)

    def note_announcement(self, port, acquired):
        self.announced = (self.now, port)
        if acquired and not self.speaks_another(acquired):
            self.learn(acquired)
        elif self.learned:
            self.doubt_follow(port)

    def doubt_follow(self, port):
        """Two strays, neither too close nor too far apart, contradict the group whose adverts are fresh."""
        if self.is_fresh(self.records[port]):
            if port == self.elected:
                self.stray_since = None
        elif self.elected is None or not self.is_fresh(self.records[self.elected]):
            pass                    # nobody is heard whom it could contradict
        elif self.stray_since is None or self.now - self.stray_since > STRAY_TOGETHER:
            self.stray_since = self.now
        elif self.now - self.stray_since >= STRAY_APART:
            self.stop_following()

    # --- turns ----------------------------------------------------------------------------------

    def next_turn(self, r):
        return max(self.now, max(r.turns_end, self.now) + TURN - TURNS)

    def take_turn(self, r):
        r.deferred = self.next_turn(r) > self.now
        if not r.deferred:
            r.turns_end = max(r.turns_end, self.now) + TURN
        return not r.deferred

    # --- the owner function ---------------------------------------------------------------------

    def rank(self, port):
        r = self.records[port]
        if port not in self.bound or not r.active:
            return None
        if self.is_fresh(r) and self.in_generation(r):
            return (3, r.priority, self.ids[port], self.ids[port])
        if r.gen == self.gen:
            return (2 if r.cls >= ANN else 1, r.cls, r.priority, self.ids[port])
        return None

    def evaluate(self):
        ranked = [(rank, port) for port in self.records if (rank := self.rank(port))]
        winner = max(ranked)[1] if ranked else None
        if winner is not None and self.records[winner].gen != self.gen:
            self.gen += 1
            self.records[winner].gen = self.records[winner].seen = self.gen
        if winner is not None:
            self.released = False
        elif self.elected is not None:
            self.released = True
        self.elected = winner
        pin_holds = self.pinned is not None and not self.records[self.pinned].down
        owner = self.pinned if pin_holds else winner
        if owner != self.owner:
            self.owner = owner
            self.trace.append((self.now, owner))

    # --- time -----------------------------------------------------------------------------------

    def advance(self, time):
        """Lets time pass, acting at every millisecond at which something expires."""
        while (due := self.next_due(time)) is not None:
            self.now = due
            self.settle()
        self.now = time

    def next_due(self, limit):
        times = []
        for r in self.records.values():
            if r.active and r.cls == VRRP:
                times += [r.last_advert + freshness(r.interval) + 1, r.last_advert + dead_time(r.interval) + 1]
            if r.deferred:
                times.append(self.next_turn(r))
        if self.pending:
            times += [self.pending[0] + PENDING_LIFETIME + 1,
                      self.credit_at + max(0, CREDIT_COST - self.credit)]
        times = [t for t in times if self.now < t <= limit]
        return min(times) if times else None

    def settle(self):
        """After anything has expired or left: the owner function, then whoever waits."""
        for r in self.records.values():
            if r.deferred:
                self.take_turn(r)
        self.evaluate()
        if not self.pending:
            return
        since, port = self.pending
        if self.now - since > PENDING_LIFETIME:
            self.pending = None
        elif not self.is_shadowed(port) and self.take_credit():
            self.pending = None
            self.take(port, ANN)

    def take_credit(self):
        """Moving the owner away from somebody costs credit."""
        self.credit = min(CREDIT_MAX, self.credit + self.now - self.credit_at)
        self.credit_at = self.now
        if self.elected is None:
            return True
        if self.credit < CREDIT_COST:
            return False
        self.credit -= CREDIT_COST
        return True

    # --- events ---------------------------------------------------------------------------------

    def heard(self, port):
        """A port that is heard is up. False: not bound, the packet is dropped."""
        if port not in self.bound:
            self.count('unbound')
            return False
        if self.records[port].down:
            self.up(port)
        return True

    def advert(self, port, priority, interval=1000):
        self.take_advert(port, LISTING_VRID, priority, interval, follower=False)

    def group(self, port, vrid, priority, interval=1000, new=False, empty=False):
        r = self.records[port]
        was_listed = r.active and r.cls == VRRP and r.vrid == vrid
        when, by = self.announced
        was_announced = by == port and self.now - when <= ANNOUNCED_BEFORE
        if new and was_announced and port in self.bound and not self.speaks_another(vrid):
            self.learn(vrid)
        if vrid == self.followed() and not self.is_listed():
            self.take_advert(port, vrid, priority, interval, follower=True)
        elif was_listed and empty:
            self.take_advert(port, vrid, priority, interval, follower=False)
        elif was_listed:
            self.resign(port)       # the group lists other addresses now

    def take_advert(self, port, vrid, priority, interval, follower):
        if not self.heard(port):
            return
        r = self.records[port]
        if priority == 0:
            return self.resign(port)
        says = (vrid, priority, interval, follower)
        is_news = (self.pending or not self.is_fresh(r) or r.seen != self.gen
                   or (r.vrid, r.priority, r.interval, r.follower) != says)
        if not follower:            # nothing that does not list the address counts besides it
            self.learned, self.stray_since = 0, None
            self.drop_followers(but_of=None)
        r.active, r.resigned, r.cls = True, False, VRRP
        r.vrid, r.priority, r.interval, r.follower = says
        r.last_advert, r.seen = self.now, self.gen
        if self.pending and (port == self.elected or port == self.pending[1]):
            self.pending = None     # the owner reasserts itself, or the claimant now speaks VRRP
        if is_news and not self.take_turn(r):
            self.count('claim_rate')
            return
        self.settle()

    def resign(self, port):
        r = self.records[port]
        if r.active:
            self.count('resigned')
            r.resigned, r.deferred = True, False
            self.leave(port)
        else:
            self.count('resign_ignored')

    def announce(self, port, acquired=0):
        if not self.heard(port):
            return
        self.records[port].resigned = False
        self.note_announcement(port, acquired)
        if self.elected == port:
            self.count('refreshed')
            self.pending = None
        elif not self.take_turn(self.records[port]):
            self.count('claim_rate')
            self.pending = (self.now, port)
        elif self.is_shadowed(port):
            self.count('shadowed')
            self.pending = (self.now, port)
        elif not self.take_credit():
            self.count('damped')
            self.pending = (self.now, port)
        else:
            self.pending = None
            self.take(port, ANN)

    def weak(self, port):
        if not self.heard(port):
            return
        if self.elected == port:
            self.count('refreshed')
        elif self.elected is not None or self.released:
            self.count('weak_ignored')
        else:
            self.take(port, WEAK)

    def answer(self, port):
        if not self.heard(port):
            return
        if self.elected == port:
            self.count('refreshed')
        elif self.elected is not None or self.records[port].resigned:
            self.count('weak_ignored')
        else:
            self.take(port, WEAK)

    def take(self, port, cls):
        r = self.records[port]
        if cls == ANN or not (r.active and r.cls == VRRP):
            r.cls = VRRP if self.is_fresh(r) else cls
        self.gen += 1
        r.active, r.gen = True, self.gen
        self.evaluate()

    def leave(self, port):
        """The port claims no longer; what it had waiting is gone, what another has is looked at again."""
        self.records[port].active = False
        if self.pending and self.pending[1] == port:
            self.pending = None
        self.settle()

    def down(self, port):
        self.records[port].down = True
        self.leave(port)

    def up(self, port):
        self.records[port].down = False
        self.settle()

    def unbind(self, port):
        self.bound.discard(port)
        if self.pinned == port:
            self.pinned = None
        self.records[port] = Record()
        self.leave(port)

    def bind(self, port):
        self.bound.add(port)
        self.settle()

    def pin(self, port):
        """Wins over every claim while its port is bound and up; needs no claim of its own."""
        if port not in self.bound:
            self.count('pin_refused')
            return
        self.pinned = port
        self.settle()

    def unpin(self):
        self.pinned = None
        self.settle()

    def hint(self, vrid):
        self.hinted = vrid
        self.drop_followers(self.followed())
        self.settle()

    def tick(self):
        self.settle()


VERBS = ['advert', 'group', 'announce', 'weak', 'answer', 'down', 'up', 'unbind', 'bind', 'pin', 'unpin', 'tick', 'hint']


INTERVAL_AT = {'advert': 1, 'group': 2}     # among the numbers


def numbers_and_flags(verb, args):
    """The words behind the port, where there is one."""
    words = args if verb == 'hint' else args[1:]
    flags = {word: True for word in words if verb == 'group' and word in ('new', 'empty')}
    return [int(word) for word in words if word not in flags], flags


def run(lines):
    election = None
    for number, line in enumerate(lines, 1):
        words = line.split('#')[0].split()
        if not words:
            continue
        if words[0] == 'bound':
            election = Election(words[1:])
            continue
        if election is None:
            raise ValueError(f'line {number}: "{words[0]}" before the ports, expected bound PORT... as the first line')
        time, verb, args = int(words[0]), words[1], words[2:]
        if time < election.now:
            raise ValueError(f'line {number}: time: {time} is before {election.now}, expected times that never decrease')
        if verb not in VERBS:
            raise ValueError(f'line {number}: unknown event "{verb}", expected one of {", ".join(VERBS)}')
        if args and verb != 'hint' and args[0] not in election.ids:
            raise ValueError(f'line {number}: port: "{args[0]}" does not exist, expected one of the line "bound"')
        numbers, flags = numbers_and_flags(verb, args)
        ports = [] if verb == 'hint' else args[:1]
        interval = numbers[INTERVAL_AT[verb]:][:1] if verb in INTERVAL_AT else []
        if interval and interval[0] < 10:
            raise ValueError(f'line {number}: interval: {interval[0]} is out of range, expected 10 to 4294967295')
        election.advance(time)
        getattr(election, verb)(*ports, *numbers, **flags)
    return election


if __name__ == '__main__':
    try:
        done = run(sys.stdin)
    except (ValueError, IndexError, TypeError) as error:
        sys.exit(f'model.py: {error}')
    for time, owner in done.trace:
        print(time, owner or 'none')
    print('counters', ' '.join(f'{k}={v}' for k, v in sorted(done.counters.items())))
