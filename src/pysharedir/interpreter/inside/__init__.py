"""Programs that run in any target.

The contract of every file here: it imports only the standard library, runs on Python 3.9, changes
only what its first line says, and prints one line of JSON between two marks, so that output of
startup code does no harm.  The program is passed with ``-c``; nothing imports it.
:mod:`pysharedir.interpreter.answers` has the type of each answer.
"""
