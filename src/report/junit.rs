//! JUnit XML: a suite a file, a test case a rule.
//!
//! A rule without a finding has passed; one that does not apply to the policy is skipped. A test case has one failure at
//! most, since readers take no second one: it tells all findings of its rule.

use std::io::{self, Write};

use super::xml::{Attribute, Content, DECLARATION};
use super::{CheckedFile, CheckedSuppressions, Report, explained};
use crate::check::Finding;
use crate::rule::{Rule, RuleSet, Status};
use crate::source::SourceFile;

/// What came of one rule on one file.
enum Case<'r> {
    Passed,
    Skipped,
    Failed(Vec<&'r Finding>),
}

/// One file and what came of each rule, in the order of their ids.
struct Suite<'r> {
    source: &'r SourceFile,
    cases: Vec<(&'r Rule, Case<'r>)>,
}

impl<'r> Suite<'r> {
    fn of(file: &'r CheckedFile, report: &'r Report<'_>) -> Self {
        let cases = report
            .active()
            .filter(|(idx, _)| file.asks(*idx, report.rules))
            .map(|(idx, rule)| (rule, case(file, idx, rule, report.rules)))
            .collect();
        Self { source: &file.source, cases }
    }

    /// What is wrong in a suppressions file, of which only the rules that fail are told; nothing if none does.
    fn of_suppressions(checked: &'r CheckedSuppressions, report: &'r Report<'_>) -> Option<Self> {
        let findings = |idx: usize| checked.assessment.findings.iter().filter(move |finding| finding.rule == idx);
        let failed = report.active().filter(|(idx, _)| findings(*idx).next().is_some());
        let cases: Vec<_> = failed.map(|(idx, rule)| (rule, Case::Failed(findings(idx).collect()))).collect();
        (!cases.is_empty()).then(|| Self { source: checked.file.source(), cases })
    }

    /// The counts, as attributes of the suite.
    fn counts(suites: &[Self]) -> String {
        let cases = || suites.iter().flat_map(|suite| suite.cases.iter().map(|(_, case)| case));
        let failures = cases().filter(|case| matches!(case, Case::Failed(_))).count();
        let skipped = cases().filter(|case| matches!(case, Case::Skipped)).count();
        format!("tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"", cases().count())
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

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let files = report.files.iter().map(|file| Suite::of(file, report));
    let suppressions = report.suppressions.iter().filter_map(|checked| Suite::of_suppressions(checked, report));
    let suites: Vec<Suite<'_>> = files.chain(suppressions).collect();
    writeln!(out, "{DECLARATION}")?;
    writeln!(out, "<testsuites name=\"{}\" {}>", env!("CARGO_PKG_NAME"), Suite::counts(&suites))?;
    for suite in &suites {
        let name = Attribute(suite.source.name());
        writeln!(out, "  <testsuite name={name} {}>", Suite::counts(std::slice::from_ref(suite)))?;
        for (rule, case) in &suite.cases {
            let case_start = format!("    <testcase name=\"{}\" classname={name} file={name}", rule.id);
            match case {
                Case::Passed => writeln!(out, "{case_start}/>")?,
                Case::Skipped => {
                    writeln!(out, "{case_start}>\n      <skipped message=\"not applicable\"/>\n    </testcase>")?;
                }
                Case::Failed(findings) => {
                    writeln!(out, "{case_start}>")?;
                    failure(suite.source, findings, report.rules, out)?;
                    writeln!(out, "    </testcase>")?;
                }
            }
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
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
