//! The program under test: a builder that runs it in a scrubbed environment, and what it said.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use assert_cmd::Command;
use tempfile::TempDir;

/// A rule that no built-in one is like: tests that use it don't depend on those.
pub(crate) const JOKES: &str = "\
id: acme/jokes
title: Jokes
kind: forbidden
severity: error
cite: [House style]
why: Readers do not laugh.
forbidden: ['just (kidding|joking)']
message: {found: a joke stands in the policy}
help: Take the joke out.
examples: {found: ['Just kidding.'], clean: ['We keep data.']}
";

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where a program that is measured for its coverage writes what it counted. Without it that goes into the folder of the
/// run, where it is lost, and found by tests that look what is there.
pub(crate) fn measured() -> Option<(&'static str, OsString)> {
    std::env::var_os("LLVM_PROFILE_FILE").map(|file| ("LLVM_PROFILE_FILE", file))
}

/// A run to be made, in an empty folder of its own unless said otherwise.
pub(crate) struct Program {
    command: Command,
    folder: Rc<TempDir>,
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::cargo_bin("clauselint").unwrap();
        command.env_clear().envs(measured()).current_dir(folder.path());
        Self { command, folder: Rc::new(folder) }
    }

    /// Runs in the repository, where the fixtures are.
    pub(crate) fn in_repository() -> Self {
        let mut program = Self::new();
        program.command.current_dir(root());
        program
    }

    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder of the run, which is there as long as this is held.
    pub(crate) fn folder(&self) -> Rc<TempDir> {
        Rc::clone(&self.folder)
    }

    /// Runs in a folder below.
    pub(crate) fn current(mut self, folder: &str) -> Self {
        self.command.current_dir(self.folder.path().join(folder));
        self
    }

    pub(crate) fn args<I: IntoIterator<Item = A>, A: AsRef<OsStr>>(mut self, args: I) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.command.write_stdin(text);
        self
    }

    pub(crate) fn env(mut self, key: &str, value: &str) -> Self {
        self.command.env(key, value);
        self
    }

    pub(crate) fn run(mut self) -> Outcome {
        let output = self.command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Outcome { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// A folder that the program is run in more than once.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(name, content);
        self
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        std::fs::rename(self.path(from), self.path(to)).unwrap();
    }

    pub(crate) fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Outcome {
        let mut program = Program::new().args(args);
        program.command.current_dir(self.0.path());
        program.run()
    }
}

/// Runs the program in an empty folder.
pub(crate) fn run(args: &[&str]) -> Outcome {
    Program::new().args(args).run()
}
