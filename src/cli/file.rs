//! Files of others, opened with care: only what is a file, no larger than it may be, and as it was at one time.
//!
//! Opening a pipe waits for somebody to write to it, reading a device may never end, and a policy of a stranger's may be
//! as large as the disk. So a path is looked at before it is opened, and nothing is read past its limit.

use std::fs::{File, FileType, Metadata};
use std::io::{self, Read};
use std::path::Path;

use crate::config::Size;

/// How large a file may be, and what to do about one that is larger.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    most: Size,
    otherwise: &'static str,
    /// What to do about a pipe or a device.
    no_file: &'static str,
}

/// What to do where standard input can't be named.
const NAME_A_FILE: &str = "write what it holds to a file, and name that";

impl Limit {
    /// The limit of a policy.
    pub(super) fn of_policies(most: Size) -> Self {
        let otherwise =
            "split it, or set another limit with `--max-file-size`, or with `max-file-size:` in clauselint.yaml";
        Self { most, otherwise, no_file: "pass what it holds to standard input (`-`)" }
    }

    /// The limit of a rule or vocabulary file. Its reader takes 1 MiB, and tells of more among all other mistakes.
    pub(super) const RULES: Self = Self {
        most: Size(4 << 20),
        otherwise: "a file holds one rule; split a vocabulary into several files",
        no_file: NAME_A_FILE,
    };
    /// The limit of a configuration file.
    pub(super) const CONFIGURATION: Self = Self {
        most: Size(1 << 20),
        otherwise: "put configuration files into the folders that they are for",
        no_file: NAME_A_FILE,
    };
    /// The limit of a suppressions file.
    pub(super) const SUPPRESSIONS: Self = Self {
        most: Size(1 << 20),
        otherwise: "take out what does no good with `clauselint suppress --prune`, or keep one for each folder",
        no_file: NAME_A_FILE,
    };
    /// The limit of a baseline, of labels and of corrections.
    pub(super) const LISTS: Self = Self { most: Size(256 << 20), otherwise: "split it", no_file: NAME_A_FILE };
    /// The limit of a labelled policy, for which nothing else can be set.
    pub(super) const LABELLED: Self = Self { most: Size::OF_POLICIES, otherwise: "split it", no_file: NAME_A_FILE };
}

/// Why a file was not read.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// The system says so.
    System(io::Error),
    /// It is no file, but this.
    NoFile(&'static str, Limit),
    /// It is a symbolic link to a file that is not there.
    LeadsNowhere,
    /// It is larger than it may be.
    TooLarge(Limit),
    /// It was written to while it was read.
    Changed,
}

impl Unreadable {
    /// Whether there is no such file, and no link to one.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::System(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::System(error) => f.write_str(&reason(error)),
            Self::NoFile(kind, Limit { no_file, .. }) => write!(f, "it is {kind}, not a file; {no_file}"),
            Self::LeadsNowhere => f.write_str(LEADS_NOWHERE),
            Self::TooLarge(Limit { most, otherwise, .. }) => {
                write!(f, "it is larger than {most}, which is the most that is read; {otherwise}")
            }
            Self::Changed => f.write_str("it changed while it was read; run again when it has been written"),
        }
    }
}

/// Said of a link that nothing can be read from, and that nothing takes the place of.
pub(super) const LEADS_NOWHERE: &str = "it is a symbolic link that leads nowhere";

/// Whether a path is a symbolic link to a file that is not there. What is told to write there would replace the link.
pub(super) fn leads_nowhere(path: &Path) -> bool {
    let is_gone = |error: &io::Error| error.kind() != io::ErrorKind::PermissionDenied;
    path.is_symlink() && path.metadata().is_err_and(|error| is_gone(&error))
}

/// Whether anything lies at a path, if only a link that leads nowhere.
pub(super) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// An error of the system in words, without its number.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "it may not be read".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => {
            let words = error.to_string();
            words.split(" (os error").next().unwrap_or(&words).to_owned()
        }
    }
}

/// Reads a file, once and whole.
pub(super) fn read(path: &Path, limit: Limit) -> Result<Vec<u8>, Unreadable> {
    if is_own_stream(path) {
        return read_stream(File::open(path)?, limit);
    }
    if leads_nowhere(path) {
        return Err(Unreadable::LeadsNowhere);
    }
    refuse_other_kinds(&path.metadata()?, limit)?;
    let file = open(path)?;
    // What was looked at may have been replaced before it was opened.
    let before = file.metadata()?;
    refuse_other_kinds(&before, limit)?;
    if before.len() > limit.most.0 {
        return Err(Unreadable::TooLarge(limit));
    }
    let bytes = read_to_end(&file, before.len(), limit)?;
    match is_same(&before, &file.metadata()?) {
        true => Ok(bytes),
        false => Err(Unreadable::Changed),
    }
}

/// Reads a stream to its end.
pub(super) fn read_stream(stream: impl Read, limit: Limit) -> Result<Vec<u8>, Unreadable> {
    read_to_end(stream, 0, limit)
}

/// Reads what is expected to have so many bytes, and one more look at its end.
fn read_to_end(stream: impl Read, expected: u64, limit: Limit) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or_default());
    stream.take(limit.most.0.saturating_add(1)).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()).is_ok_and(|length| length <= limit.most.0) {
        true => Ok(bytes),
        false => Err(Unreadable::TooLarge(limit)),
    }
}

/// Whether a path names a stream that the process was given, as shells write `<(command)`: like standard input it is a
/// pipe that somebody is writing to. The empty device is as good as an empty file, and git names it for one that is not
/// there.
fn is_own_stream(path: &Path) -> bool {
    ["/dev/stdin", "/dev/null"].iter().any(|known| path == Path::new(known))
        || path.starts_with("/dev/fd")
        || path.starts_with("/proc/self/fd")
}

/// Opens a file without waiting: a pipe that took its place since it was looked at would wait for a writer.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    File::options().read(true).custom_flags(libc::O_NONBLOCK).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

fn refuse_other_kinds(metadata: &Metadata, limit: Limit) -> Result<(), Unreadable> {
    match kind(metadata.file_type()) {
        None => Ok(()),
        Some(_) if metadata.is_dir() => Err(Unreadable::System(io::ErrorKind::IsADirectory.into())),
        Some(kind) => Err(Unreadable::NoFile(kind, limit)),
    }
}

/// What something is that is no file.
pub(super) fn kind(kind: FileType) -> Option<&'static str> {
    match kind {
        _ if kind.is_file() => None,
        _ if kind.is_dir() => Some("a folder"),
        _ if kind.is_symlink() => Some("a symbolic link"),
        _ => Some(special(kind)),
    }
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    match kind {
        _ if kind.is_fifo() => "a named pipe",
        _ if kind.is_socket() => "a socket",
        _ => "a device",
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "a device"
}

/// Whether a file was left alone between two looks at it.
fn is_same(before: &Metadata, after: &Metadata) -> bool {
    before.len() == after.len() && before.modified().ok() == after.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(most: u64) -> Limit {
        Limit::of_policies(Size(most))
    }

    #[test]
    fn nothing_is_read_past_the_limit() {
        assert_eq!(read_stream(&b"abc"[..], limit(3)).unwrap(), b"abc");
        assert!(matches!(read_stream(&b"abcd"[..], limit(3)), Err(Unreadable::TooLarge(_))));
        // A stream without an end is no trouble.
        assert!(matches!(read_stream(io::repeat(b'x'), limit(1000)), Err(Unreadable::TooLarge(_))));
    }

    #[test]
    fn a_file_that_is_written_to_is_not_the_same() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "one").unwrap();
        let before = file.path().metadata().unwrap();
        assert!(is_same(&before, &file.path().metadata().unwrap()));
        std::fs::write(file.path(), "one and two").unwrap();
        assert!(!is_same(&before, &file.path().metadata().unwrap()));
        // Written to and as long as before.
        std::fs::write(file.path(), "owt").unwrap();
        let day = std::time::Duration::from_secs(86_400);
        file.as_file().set_modified(before.modified().unwrap() - day).unwrap();
        assert!(!is_same(&before, &file.path().metadata().unwrap()));
    }

    #[test]
    fn what_is_not_a_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path(), limit(10)).unwrap_err().to_string(), "it is a folder");
        assert!(read(&folder.path().join("none"), limit(10)).is_err_and(|error| error.is_missing()));
    }
}
