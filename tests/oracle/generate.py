"""Random scripts for the election: every verb, close times, and times just before, at and after every deadline."""
import random

import model

PRIORITIES = [0, 0, 1, 100, 100, 100, 150, 150, 254, 255]
# 125 ms is where the two terms of the freshness meet; 40,950 and 255,000 are the longest of v3 and v2.
INTERVALS = [10, 11, 33, 100, 124, 125, 126, 500, 1000, 1000, 1000, 1001, 3000, 40_950, 255_000]
CLAIMS = {'advert': 10, 'announce': 6, 'weak': 2, 'answer': 2}
FOLLOW = {'group': 12, 'hint': 1}
VRIDS = [model.LISTING_VRID, 51, 52]
LIFECYCLE = {'down': 1, 'up': 1, 'unbind': 1, 'bind': 1, 'pin': 1, 'unpin': 1}


class Generator:
    """One script. `marks` holds the moments from which something will expire."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.ports = [chr(ord('A') + i) for i in range(self.random.choice([3, 3, 3, 4, 5, 10]))]
        self.intervals = self.random.sample(INTERVALS, self.random.randint(1, 3))
        self.weights = dict(CLAIMS, tick=1)
        if self.random.random() < 0.6:
            self.weights.update(LIFECYCLE)
        self.vrids = VRIDS[:self.random.choice([1, 2, 2, 3])]
        if self.random.random() < 0.5:
            self.weights.update(FOLLOW, advert=self.random.choice([1, 10]))
        # Some scripts dwell on one kind of claim, as a flood or a damped dispute does.
        self.weights[self.random.choice(list(self.weights))] *= self.random.choice([1, 1, 3, 10])
        self.interval_of = {port: self.random.choice(self.intervals) for port in self.ports}
        self.now = 0
        self.marks = [0]

    def script(self):
        lines = ['bound ' + ' '.join(self.ports)]
        if 'group' in self.weights and self.random.random() < 0.1:
            lines += self.strays()
        lines += [self.event() for _ in range(self.random.randint(5, 70))]
        if self.random.random() < 0.05:
            lines += self.flood()
            lines += [self.event() for _ in range(self.random.randint(5, 30))]
        lines.append(f'{self.now + 1_100_000} tick')
        return lines

    def event(self):
        self.now = self.next_time()
        verb = self.random.choices(list(self.weights), list(self.weights.values()))[0]
        if verb in ('tick', 'unpin'):
            return f'{self.now} {verb}'
        if verb == 'hint':
            return f'{self.now} hint {self.random.choice([0, *self.vrids])}'
        port = self.random.choice(self.ports)
        if verb == 'advert':
            return self.advert(port)
        if verb == 'group':
            return self.group(port)
        if verb == 'announce':
            return self.announce(port)
        return f'{self.now} {verb} {port}'

    def advert(self, port):
        if self.random.random() < 0.1:
            self.interval_of[port] = self.random.choice(self.intervals)
        interval = self.interval_of[port]
        self.mark(model.freshness(interval), model.dead_time(interval), interval)
        priority = self.random.choice(PRIORITIES)
        if interval == 1000 and self.random.random() < 0.5:
            return f'{self.now} advert {port} {priority}'
        return f'{self.now} advert {port} {priority} {interval}'

    def group(self, port):
        vrid, priority, interval = self.random.choice(self.vrids), self.random.choice(PRIORITIES), self.interval_of[port]
        self.mark(model.freshness(interval), model.dead_time(interval), interval)
        news = ' new' if self.random.random() < 0.3 else ''
        listed = ' empty' if self.random.random() < 0.2 else ''
        return f'{self.now} group {port} {vrid} {priority} {interval}{news}{listed}'

    def announce(self, port):
        self.mark(10_000, 2_000, 4_000, 6_000)
        if 'group' not in self.weights:
            return f'{self.now} announce {port}'
        self.mark(model.ANNOUNCED_BEFORE, model.STRAY_APART, model.STRAY_TOGETHER)
        acquired = f' {self.random.choice(self.vrids)}' if self.random.random() < 0.4 else ''
        return f'{self.now} announce {port}{acquired}'

    def strays(self):
        """A master whose group the address follows, and two announcements of a port that does not speak for it."""
        master, other = self.random.sample(self.ports, 2)
        vrid = self.random.choice(self.vrids)
        first = self.now + self.random.randint(1, 900)
        second = first + self.random.choice([model.STRAY_APART, model.STRAY_TOGETHER]) + self.random.choice([-1, 0, 1])
        events = [(self.now, f'group {master} {vrid} 150 1000 new'), (self.now, f'announce {master} {vrid}')]
        events += [(time, f'group {master} {vrid} 150 1000') for time in range(self.now, second, 1000)]
        events += [(first, f'announce {other}'), (second, f'announce {other}')]
        self.now = second
        self.mark(model.freshness(1000), model.dead_time(1000))
        return [f'{time} {event}' for time, event in sorted(events, key=lambda timed: timed[0])]

    def flood(self):
        """More claims of one port than it has turns, amid those of others."""
        port = self.random.choice(self.ports)
        lines = []
        for _ in range(450):
            self.now += self.random.choice([0, 0, 0, 0, 1])
            claim = self.random.choice(['announce'] + 4 * ['advert'])
            lines.append(f'{self.now} {claim} {port}' + (f' {self.random.choice(PRIORITIES)}' if claim == 'advert' else ''))
            if self.random.random() < 0.05:
                lines.append(self.event())
        return lines

    def mark(self, *ages):
        self.marks = self.marks[-40:] + [self.now + age for age in ages]

    def next_time(self):
        way = self.random.random()
        if way < 0.35:
            ahead = [mark for mark in self.marks if mark >= self.now]
            if ahead:
                # The nearest deadlines are the ones that other events have not overtaken.
                mark = min(ahead) if self.random.random() < 0.5 else self.random.choice(ahead)
                return max(self.now, mark + self.random.choice([-1, 0, 1, 2]))
        if way < 0.6:
            return self.now + self.random.choice([0, 0, 1, 1, 2])
        if way < 0.8:
            return self.now + self.random.randint(0, 50)
        return self.now + self.random.randint(0, 3 * max(self.intervals[0], 100))
