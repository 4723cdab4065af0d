//! The map from prose to the file: any stretch of a prose leads to characters of the file, and wider stretches to wider
//! spans.

#![no_main]

use clauselint::document::{Prose, ProseSpan};
use clauselint::source::SourceFile;
use clauselint_fuzz::{chosen, holds_span, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((format, bytes)) = chosen(bytes) else { return };
    if bytes.len() > 1024 {
        return;
    }
    let (source, document) = read(bytes, format);
    let headings = document.sections().iter().filter_map(|section| section.heading.as_ref());
    let proses = headings.map(|heading| &heading.prose).chain(document.clauses().iter().map(|clause| &clause.prose));
    proses.for_each(|prose| stretches(&source, prose));
});

fn stretches(source: &SourceFile, prose: &Prose) {
    let text = prose.text();
    let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).take(120).collect();
    for (idx, start) in bounds.iter().enumerate() {
        let mut inner = None;
        for end in &bounds[idx + 1..] {
            let span = prose.span(ProseSpan { start: *start, end: *end });
            holds_span(source, span);
            assert!(inner.is_none_or(|inner| span.cover(inner) == span), "a wider stretch has a narrower span");
            inner = Some(span);
        }
    }
}
