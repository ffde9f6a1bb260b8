#!/usr/bin/perl
# The sequence "pysharedir" of dh.

use warnings;
use strict;
use Debian::Debhelper::Dh_Lib;

# After dh_install, each package has the files that belong to it.
insert_after('dh_install', 'dh_pysharedir');

1
