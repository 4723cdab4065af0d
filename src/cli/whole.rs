//! What appears whole or not at all: files that take the place of others, and text that waits for its turn. The only code
//! that knows tempfile.

use std::fs;
use std::io::{self, Seek as _, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, SpooledTempFile};

use super::file;

/// How much text waits in memory, in bytes; what is longer waits in a temporary file.
const IN_MEMORY: usize = 1 << 20;

/// A file that is being written beside the one whose place it is to take; gone if it never does.
pub(super) struct NewFile {
    file: io::BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl NewFile {
    pub(super) fn beside(path: &Path) -> io::Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".clauselint-");
        // As any new file: the user's mask decides who may read it.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = io::BufWriter::with_capacity(1 << 16, builder.tempfile_in(folder)?);
        Ok(Self { file, path: path.to_owned() })
    }

    /// Takes the place of the file.
    pub(super) fn put(self) -> io::Result<()> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.persist(self.path).map_err(|error| error.error)?;
        Ok(())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Puts bytes in the place of a file.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = NewFile::beside(path)?;
    file.write_all(content)?;
    file.put()
}

/// Why a file could not be written, in words: without the number of the error and the name of the temporary file.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        io::ErrorKind::PermissionDenied => "it may not be written".to_owned(),
        io::ErrorKind::StorageFull => "there is no room left for it".to_owned(),
        _ => file::reason(error),
    }
}

/// Text that waits until it can be written in one go.
pub(super) struct Waiting(SpooledTempFile);

impl Waiting {
    pub(super) fn new() -> Self {
        Self(SpooledTempFile::new(IN_MEMORY))
    }

    pub(super) fn copy_to(mut self, out: &mut dyn Write) -> io::Result<()> {
        self.0.rewind()?;
        io::copy(&mut self.0, &mut *out)?;
        out.flush()
    }

    /// Writes it to a pipe or a device, which takes what is written and must not be replaced.
    pub(super) fn copy_to_device(self, path: &Path) -> io::Result<()> {
        self.copy_to(&mut fs::OpenOptions::new().write(true).open(path)?)
    }
}

impl Write for Waiting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
