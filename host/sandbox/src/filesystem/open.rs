//! Opening an input while somebody may exchange what stands on the way to it.

use cap_fs_ext::DirExt;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use std::fs::File;
use std::io;

/// Opens what was a regular file when the tree was walked. If it was exchanged since, a FIFO must not block
/// (`O_NONBLOCK`), a symbolic link not be followed, and a device not be read. The same goes for the directories on the
/// way: a link that stays inside of the tree would still lead to what is not an input.
pub(super) fn open_regular(directory: &Dir, path: &str) -> io::Result<File> {
    let file = open(directory, path)?;
    // Rather than the file's own `metadata`, which asks the system for more.
    let mode = rustix::fs::fstat(&file)?.st_mode;
    if rustix::fs::FileType::from_raw_mode(mode).is_file() {
        Ok(file)
    } else {
        Err(io::Error::from_raw_os_error(libc::ELOOP))
    }
}

/// One call of the system instead of one for each directory on the way, where the system has such a call.
#[cfg(target_os = "linux")]
fn open(directory: &Dir, path: &str) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
    use rustix::io::Errno;

    let opened = openat2(
        directory,
        path,
        OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::NOFOLLOW,
        Mode::empty(),
        ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS,
    );
    match opened {
        Ok(file) => Ok(File::from(file)),
        // Linux before 5.6, a container's filter of system calls, and a directory that is moved at this moment.
        Err(Errno::NOSYS | Errno::PERM | Errno::AGAIN) => open_step_by_step(directory, path),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn open(directory: &Dir, path: &str) -> io::Result<File> {
    open_step_by_step(directory, path)
}

fn open_step_by_step(directory: &Dir, path: &str) -> io::Result<File> {
    let mut parent = None;
    let mut name = path;
    while let Some((part, rest)) = name.split_once('/') {
        parent = Some(
            parent
                .as_ref()
                .unwrap_or(directory)
                .open_dir_nofollow(part)?,
        );
        name = rest;
    }
    let mut options = OpenOptions::new();
    options
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW);
    let file = parent
        .as_ref()
        .unwrap_or(directory)
        .open_with(name, &options)?;
    Ok(file.into_std())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    /// Both ways, as a machine has one or the other.
    fn opened(path: &str) -> (io::Result<File>, io::Result<File>) {
        let tree = tempfile::tempdir().unwrap();
        let root = tree.path();
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join("a/b/file"), "text").unwrap();
        symlink("b", root.join("a/linked")).unwrap();
        symlink("b/file", root.join("a/link")).unwrap();
        symlink("/", root.join("a/outside")).unwrap();
        let directory = Dir::open_ambient_dir(root, cap_std::ambient_authority()).unwrap();
        (open(&directory, path), open_step_by_step(&directory, path))
    }

    #[test]
    fn a_file_below_directories_is_opened() {
        let (one, other) = opened("a/b/file");
        assert!(one.is_ok() && other.is_ok());
    }

    #[test]
    fn a_link_is_followed_nowhere_on_the_way() {
        for path in ["a/linked/file", "a/link", "a/outside/etc/hostname"] {
            let (one, other) = opened(path);
            for error in [one.unwrap_err(), other.unwrap_err()] {
                let code = error.raw_os_error();
                assert!(
                    matches!(code, Some(libc::ELOOP | libc::ENOTDIR)),
                    "{path}: {error}"
                );
            }
        }
    }
}
