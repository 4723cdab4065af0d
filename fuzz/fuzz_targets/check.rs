//! The whole way: the built-in rules over a document, every format of the report, and the document held against itself
//! and against its first half.

#![no_main]

use clauselint::check::check;
use clauselint::diff::{Version, diff};
use clauselint::report::{CheckedFile, Colour, Renderer, Report, ReportFormat, Style};
use clauselint::suppress::by_comments;
use clauselint_fuzz::{chosen, holds_span, read, rules, settings};
use libfuzzer_sys::fuzz_target;

fn version(file: &CheckedFile) -> Version<'_> {
    let CheckedFile { source, document, assessment, .. } = file;
    Version { source, document, assessment }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((format, bytes)) = chosen(bytes) else { return };
    if bytes.len() > 4096 {
        return;
    }
    let rules = rules();
    let checked = |bytes: &[u8]| {
        let (source, document) = read(bytes, format);
        let settings = settings();
        let mut assessment = check(&source, &document, rules, &settings);
        by_comments(&document, &mut assessment, rules, &settings);
        CheckedFile { source, document, settings, assessment }
    };
    let file = checked(bytes);
    for finding in &file.assessment.findings {
        holds_span(&file.source, finding.diagnostic.primary.span);
        finding.diagnostic.related.iter().for_each(|label| holds_span(&file.source, label.span));
    }
    assert!(diff(version(&file), version(&file), rules).is_empty(), "a document differs from itself");
    let half = checked(&bytes[..bytes.len() / 2]);
    let _ = diff(version(&half), version(&file), rules);
    for format in ReportFormat::ALL {
        let renderer = Renderer { format, rules, style: Style { colour: Colour::Off, width: 80 } };
        let mut out = Vec::new();
        let mut report = Report::begin(renderer, &mut out).expect("a Vec takes everything");
        report.add(renderer.piece(&file), &mut out).expect("a Vec takes everything");
        report.end(&[], &mut out).expect("a Vec takes everything");
    }
});
