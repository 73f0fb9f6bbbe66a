//! Reading and making files and directories without following a symbolic link.

use cap_fs_ext::DirExt;
use cap_std::fs::{Dir, Metadata, OpenOptions, OpenOptionsExt};
use std::io::{self, Read};

/// A directory that is there or made now, never a symbolic link.
pub(crate) fn subdirectory(parent: &Dir, name: &str) -> io::Result<Dir> {
    match parent.create_dir(name) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    parent.open_dir_nofollow(name)
}

/// Removes everything in a directory. Only the holder of the lock does so, so nothing in it is in use.
pub(crate) fn empty(directory: &Dir) -> io::Result<()> {
    for entry in directory.entries()? {
        let name = entry?.file_name();
        if directory.symlink_metadata(&name)?.is_dir() {
            directory.remove_dir_all(&name)?;
        } else {
            directory.remove_file(&name)?;
        }
    }
    Ok(())
}

/// The bytes of a regular file of at most `limit` bytes.
pub(crate) fn read_regular(
    directory: &Dir,
    name: &str,
    limit: u64,
) -> io::Result<(Vec<u8>, Metadata)> {
    let mut options = OpenOptions::new();
    options.read(true);
    options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let file = directory.open_with(name, &options)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other(format!("it is larger than {limit} bytes")));
    }
    Ok((bytes, metadata))
}

/// Whether nothing has a name.
pub(crate) fn is_absent(parent: &Dir, name: &str) -> io::Result<bool> {
    match parent.symlink_metadata(name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
        Ok(_) => Ok(false),
    }
}

/// Waits until the entries of a directory have reached the disk.
pub(crate) fn sync_directory(directory: &Dir) -> io::Result<()> {
    // The handle itself is only a path (`O_PATH`), which cannot be synced.
    directory.open(".")?.sync_all()
}

/// The directory that a path's last name is in, and that name. No link on the way is followed.
pub(crate) fn at<'a>(directory: &Dir, path: &'a str) -> io::Result<(Dir, &'a str)> {
    let mut parent = directory.try_clone()?;
    let mut names = path.split('/').peekable();
    let mut last = "";
    while let Some(name) = names.next() {
        if names.peek().is_none() {
            last = name;
        } else {
            parent = parent.open_dir_nofollow(name)?;
        }
    }
    Ok((parent, last))
}
