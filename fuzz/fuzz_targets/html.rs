//! The html reader, and what is made of its blocks.

#![no_main]

use clauselint::document::Format;
use clauselint_fuzz::{LARGEST, holds, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if bytes.len() <= LARGEST {
        let (source, document) = read(bytes, Format::Html);
        holds(&source, &document);
    }
});
