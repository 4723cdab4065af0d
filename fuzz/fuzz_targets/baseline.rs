//! Baselines: what is read is written and read again, and can be held against findings.

#![no_main]

use clauselint::baseline::Baseline;
use clauselint::check::{Assessment, Settings, check};
use clauselint::document::Format;
use clauselint::suppress::{Subject, Whereabouts};
use clauselint_fuzz::{LARGEST, read, rules};
use libfuzzer_sys::fuzz_target;

/// What is found in a policy that is always the same.
fn assessed() -> Assessment {
    static ASSESSMENT: std::sync::OnceLock<Assessment> = std::sync::OnceLock::new();
    let assess = || {
        let (source, document) = read(b"# Privacy\n\nWe may sell data.\n", Format::Markdown);
        check(&source, &document, rules(), &Settings::default())
    };
    ASSESSMENT.get_or_init(assess).clone()
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if text.len() > LARGEST {
        return;
    }
    let Ok(baseline) = Baseline::parse(text) else { return };
    assert_eq!(Baseline::parse(&baseline.to_json()).as_ref(), Ok(&baseline), "what was written is read as something else");
    let mut assessment = assessed();
    let count = assessment.findings.len() + assessment.set_aside.len();
    let settings = Settings::default();
    let mut subjects = [Subject { path: "policy.md".to_owned(), settings: &settings, assessment: &mut assessment }];
    let subtracted = baseline.subtract(&mut subjects, rules(), &|_| Whereabouts::GoneForGood);
    // Entries that a new name makes alike are one.
    let entries = subtracted.fixed.len() + subtracted.left.entries().len();
    assert!(entries <= baseline.entries().len(), "an entry came of nothing");
    assert_eq!(assessment.findings.len() + assessment.set_aside.len(), count, "a finding is lost");
});
