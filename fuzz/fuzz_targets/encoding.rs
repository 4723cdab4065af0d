//! Decoding: text and file lead to each other, character by character, and positions never run backwards.

#![no_main]

use clauselint::document::Format;
use clauselint::source::SourceFile;
use clauselint_fuzz::{LARGEST, holds_span};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if bytes.len() > LARGEST {
        return;
    }
    let source = SourceFile::new("policy", bytes);
    assert_eq!(source.size(), bytes.len());
    let mut end = None;
    let mut before = source.position(0);
    for (at, character) in source.text().char_indices() {
        let range = at..at + character.len_utf8();
        let span = source.span(range.clone());
        holds_span(&source, span);
        assert_eq!(source.range(span), range, "a character does not come back from the file");
        assert!(end.is_none_or(|end| span.start() == end), "there is a gap between two characters");
        end = Some(span.end());
        let position = source.position(span.start());
        assert!(position >= before, "positions run backwards");
        before = position;
    }
    // Offsets inside of a character belong to it.
    for offset in 0..=bytes.len() {
        let range = source.range(clauselint::source::Span::new(offset, offset));
        assert!(source.text().is_char_boundary(range.start));
        let _ = source.position(offset);
    }
    let _ = Format::of(&source);
});
