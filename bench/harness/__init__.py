"""What the measurements of whole switches share: subjects, what goes into them, figures and how they are told.

A subject is a running switch, ours or another, of which one core is measured by its own counters: subject.py. Subjects
of one measurement take turns on that core, so that all of them see the same machine: alternation.py.
"""
