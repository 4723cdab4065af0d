//! `clauselint` lints privacy policies.

pub mod source;

pub mod diagnostic;

pub mod document;
