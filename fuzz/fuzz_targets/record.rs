//! Policies that come as JSON Lines: a line is refused in one line, or gives bytes that are read as a document.

#![no_main]

use clauselint::config::Size;
use clauselint::document::Format;
use clauselint::record::Record;
use clauselint_fuzz::{LARGEST, holds, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if bytes.len() > LARGEST {
        return;
    }
    for line in bytes.split(|byte| *byte == b'\n') {
        let refusal = match Record::read(line) {
            Err(refusal) => refusal,
            Ok(record) => match record.content(Size::OF_POLICIES) {
                Err(refusal) => refusal,
                Ok(content) => {
                    let (source, document) = read(&content, record.format().unwrap_or(Format::Markdown));
                    holds(&source, &document);
                    continue;
                }
            },
        };
        assert!(refusal.expected.starts_with("expected "), "a refusal does not say what was expected: {refusal:?}");
    }
});
