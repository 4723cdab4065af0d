//! The integration tests: the real program, run as its users run it.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod baseline;
mod cli;
mod config;
mod diff;
mod eval;
mod fingerprints;
mod form;
mod formats;
mod hostile;
mod packaging;
mod policies;
mod program;
mod readme;
mod records;
mod reference;
mod rule_files;
mod shell;
mod spans;
mod streams;
mod supply;
mod suppress;
mod tidy;
