# SPDX-License-Identifier: GPL-2.0-or-later
"""The disks of the virtual machine: its root, made of this machine's packages, and the tree of the project.

Both are squashfs. To hand this machine's own root over by 9p would cost nothing to make, but each file that is
opened there is a question to the emulator; and reading it failed once in a long run. The root is made anew only if
packages have changed since."""

import os
import pathlib
import re
import subprocess

# The packages of the root, with everything that they depend on.
PACKAGES = """dash bash coreutils grep sed mawk gawk findutils hostname mount util-linux procps kmod libc-bin iproute2 iptables nftables nsd
    unbound dnsmasq-base bind9 bind9-dnsutils bind9-utils ldnsutils conntrack openssl tcpdump python3 python3-dnspython
    python3-cryptography faketime knot-resolver dns-root-data systemd busybox-static""".split()

# The modules for its disks, in the order in which they are loaded.
DISK_MODULES = ("virtio_ring", "virtio", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci", "virtio_blk",
                "squashfs", "overlay")

# Files that no package lists, because something makes them after the installation.
MADE = ("etc/ld.so.cache", "etc/passwd", "etc/group", "etc/shadow", "etc/gshadow", "etc/nsswitch.conf",
        "etc/ssl/openssl.cnf", "etc/alternatives", "bin", "sbin", "lib", "lib64")
LEFT_OUT = re.compile(r"/usr/share/(doc|man|locale|info|zoneinfo|lintian|bash-completion|bug)/"
                      r"|/usr/lib/(gcc|modules|udev)/|/usr/lib/x86_64-linux-gnu/(perl|dri)/|\.a$")
NOT_IN_THE_TREE = ("build", ".git")


def _run(*words, **more):
    subprocess.run(words, check=True, **more)


def _installed():
    """Yields the name, the alternatives of each dependency, and what it provides, of each package here."""
    text = subprocess.run(("dpkg-query", "-W", "-f=${db:Status-Abbrev}\t${Package}\t${Pre-Depends}, ${Depends}\t"
                           "${Provides}\n"), check=True, text=True, capture_output=True).stdout
    def names(field):
        return [re.split(r"[ :(]", each.strip())[0] for each in re.split(r"[,|]", field) if each.strip()]
    for status, name, depends, provides in (line.split("\t") for line in text.splitlines()):
        if status == "ii ":
            yield name, names(depends), names(provides)


def _with_dependencies(wanted):
    """Returns the packages and everything that they depend on, as far as it is installed."""
    depends, providers = {}, {}
    for name, its, provides in _installed():
        depends[name] = its
        for each in (name, *provides):
            providers.setdefault(each, []).append(name)
    found, left = set(), list(wanted)
    while left:
        for name in providers.get(left.pop(), ()):
            if name not in found:
                found.add(name)
                left += depends[name]
    return found


def _with_bytecode(path):
    """The file, and what Python has made of it: to make it again takes long in the machine."""
    yield path
    if path.endswith(".py"):
        folder, name = os.path.split(path)
        yield f"{folder}/__pycache__/{name[:-3]}.cpython-311.pyc"


def _files(packages):
    """Yields the files of the packages, with no path that goes through a symbolic link."""
    for package in sorted(packages):
        lists = pathlib.Path("/var/lib/dpkg/info").glob(f"{package}[.:]*list")
        for line in (line for each in lists for line in each.read_text().splitlines()):
            folder, name = os.path.split(line)
            for path in _with_bytecode(os.path.join(os.path.realpath(folder), name)):
                if os.path.lexists(path) and not LEFT_OUT.search(path):
                    yield path


def _links():
    """Yields the links that update-alternatives made."""
    for folder in ("/usr/bin", "/usr/sbin"):
        for entry in os.scandir(folder):
            if entry.is_symlink() and os.readlink(entry.path).startswith("/etc/alternatives/"):
                yield entry.path


def _pack(image, paths, folder):
    """Makes a squashfs of the paths, which are relative to the folder. If it is interrupted there is no image."""
    new = image.with_suffix(".new")
    new.unlink(missing_ok=True)
    with subprocess.Popen(("tar", "--create", "--no-recursion", "--null", "--files-from=-"), cwd=folder,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tar, \
            subprocess.Popen(("mksquashfs", "-", new, "-tar", "-comp", "lz4", "-no-progress", "-quiet"),
                             stdin=tar.stdout, stdout=subprocess.DEVNULL) as squash:
        tar.stdout.close()
        tar.stdin.write("\0".join(paths).encode())
        tar.stdin.close()
    if tar.returncode or squash.returncode:
        raise OSError(f"{image} could not be made")
    new.rename(image)


def _libraries_of(program):
    """The packages of the libraries that the program is linked with."""
    text = subprocess.run(("ldd", program), check=True, text=True, capture_output=True).stdout
    files = {os.path.realpath(path) for path in re.findall(r"=> (/\S+)", text)}
    text = subprocess.run(("dpkg-query", "-S", *files), text=True, capture_output=True).stdout
    return re.findall(r"^([^:\s]+):", text, re.M)


def make_root(image, program):
    """Makes the root, in which the program can run, unless it would become the same."""
    wanted = sorted({*PACKAGES, *_libraries_of(program)})
    stamp, says = image.with_suffix(".stamp"), pathlib.Path("/var/lib/dpkg/status").read_text() + " ".join(wanted)
    if image.exists() and stamp.exists() and stamp.read_text() == says:
        return
    paths = {*_files(_with_dependencies(wanted)), *_links()}
    for made in MADE:
        top = pathlib.Path("/", made)
        paths.add(str(top))
        if top.is_dir() and not top.is_symlink():
            paths.update(str(path) for path in top.rglob("*"))
    _pack(image, sorted(path.lstrip("/") for path in paths if path.strip("/.")), "/")
    stamp.write_text(says)


def make_tree(image, root, made):
    """Packs the project, whose files the tests read; and what was made for them, a file or directory each."""
    tops = [*(path for path in root.iterdir() if path.name not in NOT_IN_THE_TREE), *made]
    files = {str(path.relative_to(root)) for top in tops for path in (top, *top.rglob("*"))
             if "__pycache__" not in path.parts}
    _pack(image, sorted(files), root)


def make_initramfs(image, modules, init):
    """Makes what the kernel starts from: busybox, the modules for the disks, and `init`."""
    folder = image.with_suffix(".d")
    _run("rm", "-rf", str(folder))
    (folder / "modules").mkdir(parents=True)
    _run("cp", "/bin/busybox", str(init), str(folder))
    for name in DISK_MODULES:
        _run("cp", str(next((modules / "kernel").rglob(f"{name}.ko"))), str(folder / "modules"))
    (folder / "modules" / "order").write_text("\n".join(DISK_MODULES) + "\n")
    listing = "\n".join(str(path.relative_to(folder)) for path in (folder, *sorted(folder.rglob("*"))))
    with open(image, "wb") as out:
        _run("busybox", "cpio", "-o", "-H", "newc", cwd=folder, input=listing.encode(), stdout=out,
             stderr=subprocess.DEVNULL)


def make_modules(image, modules):
    """Packs the modules of the kernel: they belong to it and not to the root."""
    if not image.exists():
        _pack(image, sorted(str(path.relative_to(modules)) for path in modules.rglob("*")), modules)
