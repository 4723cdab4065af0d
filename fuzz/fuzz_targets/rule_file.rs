//! Rule files of strangers: mistakes have their places, and what has none can be run.

#![no_main]

use clauselint::check::{Settings, check};
use clauselint::document::Format;
use clauselint::rule::{Examples, Layer, Role, RuleSource, compile};
use clauselint::source::SourceFile;
use clauselint_fuzz::{LARGEST, holds_span, read};
use libfuzzer_sys::fuzz_target;

const POLICY: &[u8] = b"# Privacy\n\nWe keep your data for 30 days. We may share it with:\n\n* partners\n* others\n\n## Contact\n\nWrite to dpo@example.com.\n";

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    if bytes.len() > LARGEST {
        return;
    }
    let role = match first % 8 {
        0 => Role::Vocabulary,
        1 => Role::Pack,
        2 => Role::Profile,
        _ => Role::Rule,
    };
    let language = (first % 16 == 15).then(|| "de".to_owned());
    let source = SourceFile::new("rule.yaml", bytes);
    let given = RuleSource { source, role, layer: Layer::User, language, compact: None };
    let (rules, problems) = compile(vec![given], Examples::Read);
    for problem in &problems {
        let source = &rules.sources()[problem.file].source;
        holds_span(source, problem.diagnostic.primary.span);
        problem.diagnostic.related.iter().for_each(|label| holds_span(source, label.span));
    }
    if problems.is_empty() {
        let (source, document) = read(POLICY, Format::Markdown);
        let assessment = check(&source, &document, &rules, &Settings::default());
        assessment.findings.iter().for_each(|finding| holds_span(&source, finding.diagnostic.primary.span));
    }
});
