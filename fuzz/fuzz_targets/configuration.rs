//! Configuration files: mistakes have their places, and what is said can be applied.

#![no_main]

use clauselint::config::{ConfigFile, Resolved};
use clauselint::rule::{Examples, Located, compile};
use clauselint::source::SourceFile;
use clauselint_fuzz::{LARGEST, holds_span, rules};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if bytes.len() > LARGEST {
        return;
    }
    let (file, problems) = ConfigFile::read(SourceFile::new("clauselint.yaml", bytes));
    problems.iter().for_each(|problem| holds_span(file.source(), problem.primary.span));
    file.rule_folders().for_each(|(_, span)| holds_span(file.source(), span));
    file.globs().for_each(|glob| holds_span(file.source(), file.dead(glob).primary.span));
    let rules = rules();
    file.problems(rules).iter().for_each(|problem| holds_span(file.source(), problem.primary.span));
    for path in ["privacy.md", "policies/a b/privacy.html"] {
        let _ = file.choice(path);
        file.apply(path, rules, &mut Resolved::default());
    }
    // What the configuration requires is a rule that it wrote itself; the words that it names may not be there.
    if problems.is_empty() {
        let (_, problems) = compile(file.required(), Examples::Skip);
        let is_about_words = |problem: &Located| problem.diagnostic.code == "rule-file/vocabulary";
        assert!(problems.iter().all(is_about_words), "a rule made of a configuration is wrong: {problems:?}");
    }
});
