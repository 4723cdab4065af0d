//! JUnit XML: a suite a file, a test case a rule.
//!
//! A rule without a finding has passed; one that does not apply to the policy is skipped. A test case has one failure at
//! most, since readers take no second one: it tells all findings of its rule.

use std::fmt;
use std::io::{self, Write};

use super::xml::{Attribute, Content, DECLARATION};
use super::{CheckedFile, CheckedSuppressions, explained};
use crate::check::Finding;
use crate::rule::{Rule, RuleSet, Status};
use crate::source::SourceFile;

/// What came of one rule on one file.
enum Case<'r> {
    Passed,
    Skipped,
    Failed(Vec<&'r Finding>),
}

/// One file and what came of each rule, in the order of their ids, as it is written.
#[derive(Debug)]
pub(super) struct Suite {
    counts: Counts,
    text: Vec<u8>,
}

/// How many test cases there are.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    cases: usize,
    failures: usize,
    skipped: usize,
}

/// As attributes of a suite.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cases, failures, skipped } = self;
        write!(f, "tests=\"{cases}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"")
    }
}

impl Suite {
    pub(super) fn of(file: &CheckedFile, rules: &RuleSet) -> Self {
        let asked = rules.rules().iter().enumerate().filter(|(idx, _)| file.asks(*idx, rules));
        let cases: Vec<_> = asked.map(|(idx, rule)| (rule, case(file, idx, rule, rules))).collect();
        Self::written(&file.source, &cases, rules)
    }

    /// What is wrong in a suppressions file, of which only the rules that fail are told; nothing if none does.
    fn of_suppressions(checked: &CheckedSuppressions, rules: &RuleSet) -> Option<Self> {
        let findings = |idx: usize| checked.assessment.findings.iter().filter(move |finding| finding.rule == idx);
        let failed = rules.rules().iter().enumerate().filter(|(idx, _)| findings(*idx).next().is_some());
        let cases: Vec<_> = failed.map(|(idx, rule)| (rule, Case::Failed(findings(idx).collect()))).collect();
        (!cases.is_empty()).then(|| Self::written(checked.file.source(), &cases, rules))
    }

    fn written(source: &SourceFile, cases: &[(&Rule, Case<'_>)], rules: &RuleSet) -> Self {
        let count = |is: fn(&Case<'_>) -> bool| cases.iter().filter(|(_, case)| is(case)).count();
        let counts = Counts {
            cases: cases.len(),
            failures: count(|case| matches!(case, Case::Failed(_))),
            skipped: count(|case| matches!(case, Case::Skipped)),
        };
        Self { counts, text: super::written(|out| suite(source, counts, cases, rules, out)) }
    }
}

fn case<'r>(file: &'r CheckedFile, idx: usize, rule: &Rule, rules: &RuleSet) -> Case<'r> {
    let findings: Vec<&Finding> = file.assessment.findings.iter().filter(|finding| finding.rule == idx).collect();
    let status = file.assessment.disclosures.iter().find(|assessed| assessed.rule == idx);
    let concerned = rules.pack_of(rule).is_none_or(|pack| pack.concerns(&file.settings.profile));
    let was_asked = concerned && rules.can_read(idx, file.document.language());
    if !findings.is_empty() {
        Case::Failed(findings)
    } else if !was_asked || status.is_some_and(|assessed| assessed.status == Status::NotApplicable) {
        Case::Skipped
    } else {
        Case::Passed
    }
}

fn suite(
    source: &SourceFile,
    counts: Counts,
    cases: &[(&Rule, Case<'_>)],
    rules: &RuleSet,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = Attribute(source.name());
    writeln!(out, "  <testsuite name={name} {counts}>")?;
    for (rule, case) in cases {
        let case_start = format!("    <testcase name=\"{}\" classname={name} file={name}", rule.id);
        match case {
            Case::Passed => writeln!(out, "{case_start}/>")?,
            Case::Skipped => {
                writeln!(out, "{case_start}>\n      <skipped message=\"not applicable\"/>\n    </testcase>")?;
            }
            Case::Failed(findings) => {
                writeln!(out, "{case_start}>")?;
                failure(source, findings, rules, out)?;
                writeln!(out, "    </testcase>")?;
            }
        }
    }
    writeln!(out, "  </testsuite>")
}

/// All suites, kept until it is known how many cases there are of each kind.
#[derive(Debug, Default)]
pub(super) struct Suites {
    counts: Counts,
    text: Vec<u8>,
}

impl Suites {
    pub(super) fn add(&mut self, suite: Suite) {
        self.counts.cases += suite.counts.cases;
        self.counts.failures += suite.counts.failures;
        self.counts.skipped += suite.counts.skipped;
        self.text.extend(suite.text);
    }

    pub(super) fn end(
        mut self,
        suppressions: &[CheckedSuppressions],
        rules: &RuleSet,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        suppressions
            .iter()
            .filter_map(|checked| Suite::of_suppressions(checked, rules))
            .for_each(|suite| self.add(suite));
        writeln!(out, "{DECLARATION}")?;
        writeln!(out, "<testsuites name=\"{}\" {}>", env!("CARGO_PKG_NAME"), self.counts)?;
        out.write_all(&self.text)?;
        writeln!(out, "</testsuites>")
    }
}

fn failure(source: &SourceFile, findings: &[&Finding], rules: &RuleSet, out: &mut dyn Write) -> io::Result<()> {
    let severities = findings.iter().map(|finding| finding.diagnostic.severity);
    let worst = severities.max().expect("internal: a test case fails without a finding");
    let told: Vec<String> = findings
        .iter()
        .map(|finding| {
            let at = source.position(finding.diagnostic.primary.span.start());
            let severity = finding.diagnostic.severity.name();
            format!("{}:{}:{}: {severity}: {}", source.name(), at.line, at.column, explained(finding, rules))
        })
        .collect();
    let message = Attribute(&findings[0].diagnostic.message);
    let told = told.join("\n\n");
    writeln!(out, "      <failure message={message} type=\"{}\">{}</failure>", worst.name(), Content(&told))
}
