#!/usr/bin/perl
# The sequence "pysharedir" of dh.

use warnings;
use strict;
use Debian::Debhelper::Dh_Lib;

# As soon as all is where it belongs in each package.
insert_after('dh_install', 'dh_pysharedir');

1
