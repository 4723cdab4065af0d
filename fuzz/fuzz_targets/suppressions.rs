//! Suppressions: comments in a document, and the file of entries with the edits that the program makes to it.

#![no_main]

use std::sync::OnceLock;

use clauselint::check::{Assessment, Fingerprint, Level, Settings, check};
use clauselint::document::Format;
use clauselint::source::SourceFile;
use clauselint::suppress::{NewEntry, Scope, Subject, SuppressionsFile, Whereabouts, by_comments, by_entries};
use clauselint_fuzz::{chosen, holds_span, read, rules};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if bytes.len() > 4096 {
        return;
    }
    let Some((first, rest)) = bytes.split_first() else { return };
    if first % 4 == 0 {
        let Some((format, text)) = chosen(rest) else { return };
        comments(text, format);
    } else {
        entries(rest);
    }
});

/// A few rules, so that time goes into suppressions.
fn settings() -> &'static Settings {
    static SETTINGS: OnceLock<Settings> = OnceLock::new();
    SETTINGS.get_or_init(|| {
        let is_kept =
            |id: &str| id.starts_with("suppression/") || ["text/no-date", "gdpr/retention-period"].contains(&id);
        let off = rules().rules().iter().enumerate().filter(|(_, rule)| !is_kept(rule.id.as_str()));
        Settings { levels: off.map(|(idx, _)| (idx, Level::Off)).collect(), ..Settings::default() }
    })
}

/// What is found in a policy that is always the same.
fn assessed() -> Assessment {
    static ASSESSMENT: OnceLock<Assessment> = OnceLock::new();
    let assess = || {
        let (source, document) = read(b"# Privacy\n\nWe may sell data.\n", Format::Markdown);
        check(&source, &document, rules(), settings())
    };
    ASSESSMENT.get_or_init(assess).clone()
}

fn comments(text: &[u8], format: Format) {
    let (source, document) = read(text, format);
    let mut assessment = check(&source, &document, rules(), settings());
    by_comments(&document, &mut assessment, rules(), settings());
    let aside = assessment.set_aside.iter().map(|aside| &aside.finding);
    aside.chain(&assessment.findings).for_each(|finding| holds_span(&source, finding.diagnostic.primary.span));
}

fn entries(bytes: &[u8]) {
    let (file, problems) = SuppressionsFile::read(SourceFile::new("clauselint.suppressions.yaml", bytes));
    problems.iter().for_each(|problem| holds_span(file.source(), problem.primary.span));
    if !problems.is_empty() {
        return;
    }
    let count = file.entries().len();
    let new = NewEntry {
        message: "it is vague\nand more".to_owned(),
        fingerprint: Fingerprint::parse("0123456789abcdef").expect("sixteen digits"),
        rule: "gdpr/retention-period".to_owned(),
        path: "a \"b\".md".to_owned(),
        reason: "told: elsewhere # really".to_owned(),
        until: None,
        who: None,
    };
    if let Some(longer) = file.with(bytes, &[new]) {
        let (again, problems) = SuppressionsFile::read(SourceFile::new("a", &longer));
        assert!(problems.is_empty(), "an entry was added to a file that was right, and made it wrong: {problems:?}");
        assert_eq!(again.entries().len(), count + 1);
    }
    if count > 0 {
        let shorter = file.without(bytes, &[0]);
        let (again, problems) = SuppressionsFile::read(SourceFile::new("a", &shorter));
        assert!(
            problems.is_empty(),
            "an entry was taken out of a file that was right, and made it wrong: {problems:?}"
        );
        assert_eq!(again.entries().len(), count - 1);
    }
    let mut assessment = assessed();
    let mut subjects = [Subject { path: "policy.md".to_owned(), settings: settings(), assessment: &mut assessment }];
    let scope = Scope { whole: true, whereabouts: &|_| Whereabouts::GoneForGood };
    let accounts = by_entries(&file, &mut subjects, &scope, rules());
    accounts.iter().for_each(|account| holds_span(file.source(), account.finding.diagnostic.primary.span));
}
