//! The compact form of built-in files: what the build script made of them, which is known to be right.

use serde::de::DeserializeOwned;

/// Reads what a file holds.
pub(super) fn read<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("internal: a built-in file has the shape that a test holds it to")
}
