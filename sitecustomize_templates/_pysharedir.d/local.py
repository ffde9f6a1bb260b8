# pysharedir: the part of the startup hook for prefixes, for the Python of a distribution.
#
# Run in the namespace of ../_pysharedir.py, after adjust.py.
import sys


def local_dirs(prefixes):
    # Where the Python of a distribution installs with --prefix: Fedora's below "local", Debian's
    # also into dist-packages; EasyBuild links the usual names to these.
    import os

    libs = {sys.platlibdir: 0, "lib64": 0, "lib": 0}
    site_dirs = "/%s/python%s/site-packages", "/%s/python%s/dist-packages"
    tails = [site_dir % (lib, VERSION) for lib in libs for site_dir in site_dirs]
    tails.append("/share/python/" + VERSION)
    found = {}
    for prefix in prefixes:
        for root in prefix, prefix + "/local":
            for tail in tails:
                if os.access(root + tail, 0):
                    status = os.stat(root + tail)
                    found.setdefault((status.st_dev, status.st_ino), root + tail)
    return list(found.values())
