"""Programs that run in a target, whatever that is.

Contract of every file here: it imports nothing but the standard library, runs on Python 3.9,
changes nothing but what its first line says, and prints one line of JSON between two fences, so
that what other startup code prints does no harm.  It is passed with ``-c``; nothing imports it.
:mod:`pysharedir.interpreter.answers` has the type of what each answers.
"""
