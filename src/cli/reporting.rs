//! The reports of a run, while they are being written, and what the run comes to.

use std::io;
use std::ops::ControlFlow;

use super::interrupt::{self, Interrupt, Signal};
use super::output::{Delivery, Output};
use super::parallel::Turn;
use super::progress::Progress;
use super::{Exit, Terminal};
use crate::check::Assessment;
use crate::config::{Chosen, Resolved};
use crate::diagnostic::Severity;
use crate::report::{CheckedSuppressions, Piece, Renderer};
use crate::rule::RuleSet;

/// What is told of one policy.
#[derive(Default)]
pub(super) struct Told<'r> {
    /// For each report, what it says; nothing where the policy could not be read.
    pub(super) pieces: Vec<Piece<'r>>,
    pub(super) verdict: Verdict,
    /// Why it could not be checked, where that is so.
    pub(super) problem: Option<String>,
}

/// The reports of a run.
pub(super) struct Reporting<'r, 't> {
    pub(super) renderers: Vec<Renderer<'r>>,
    /// What could not be checked, in sentences.
    pub(super) problems: Vec<String>,
    deliveries: Vec<Delivery<'r>>,
    verdict: Verdict,
    /// How many policies were told of.
    told: usize,
    /// How many there are, where that is known.
    policies: Option<usize>,
    progress: Progress,
    interrupt: Interrupt,
    terminal: &'t Terminal,
}

impl<'r, 't> Reporting<'r, 't> {
    pub(super) fn begin(
        outputs: impl Iterator<Item = Output>,
        rules: &'r RuleSet,
        policies: Option<usize>,
        terminal: &'t Terminal,
    ) -> Self {
        let interrupt = Interrupt::watch();
        let mut standard_output = Some(io::stdout());
        let (renderers, deliveries) = outputs
            .map(|output| {
                let renderer = output.renderer(rules, terminal);
                (renderer, Delivery::begin(output.target, renderer, &mut standard_output))
            })
            .unzip();
        Self {
            renderers,
            problems: Vec::new(),
            deliveries,
            verdict: Verdict::default(),
            told: 0,
            policies,
            progress: Progress::new(policies),
            interrupt,
            terminal,
        }
    }

    /// Writes what is told of the next policy. Where nobody reads any of the reports any more, the run ends.
    pub(super) fn take(&mut self, turn: Turn<Told<'r>>) -> ControlFlow<()> {
        if let Some(signal) = self.interrupt.signal() {
            self.leave(signal);
        }
        if let Turn::Done(Told { pieces, verdict, problem }) = turn {
            self.deliveries.iter_mut().zip(pieces).for_each(|(delivery, piece)| delivery.add(piece));
            self.verdict.add(verdict);
            self.problems.extend(problem);
            self.told += 1;
        }
        self.progress.show(self.told);
        match self.deliveries.iter().all(Delivery::is_over) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    /// Leaves the reports as they are, without their ends. Of every policy that was told of, all has been written to standard
    /// output; files are not whole, and are removed.
    pub(super) fn cut_short(&mut self) {
        self.deliveries.clear();
    }

    /// Ends the reports, and says what the run came to, the verdict on the suppressions files included.
    pub(super) fn end(&mut self, suppressions: &[CheckedSuppressions], of_suppressions: Verdict) -> Exit {
        self.progress.clear();
        let deliveries = self.deliveries.drain(..);
        self.problems.extend(deliveries.filter_map(|delivery| delivery.end(suppressions).err()));
        self.verdict.add(of_suppressions);
        self.problems.iter().for_each(|problem| self.terminal.complain(problem));
        self.verdict.too_many().for_each(|complaint| self.terminal.complain(&complaint));
        if self.problems.is_empty() { self.verdict.exit() } else { Exit::Failed }
    }

    /// Ends the process because of a signal.
    fn leave(&mut self, signal: Signal) -> ! {
        self.progress.clear();
        self.cut_short();
        self.problems.iter().for_each(|problem| self.terminal.complain(problem));
        let policies = self.policies.map_or_else(String::new, |policies| format!(" of {policies}"));
        self.terminal.complain(&format!(
            "interrupted after {}{policies} policies: the report on standard output is partial, and no file was written",
            self.told
        ));
        interrupt::leave(signal.code())
    }
}

/// Whether the findings make the run fail.
#[derive(Default)]
pub(super) struct Verdict {
    failing: bool,
    /// How many warnings there are of how many that there may be, by what set the bound.
    warnings: Vec<(Chosen<usize>, usize)>,
}

impl Verdict {
    pub(super) fn of(resolved: &Resolved, assessment: &Assessment) -> Self {
        let severities = || assessment.findings.iter().map(|finding| finding.diagnostic.severity);
        let failing = severities().any(|severity| resolved.fail_on.value.includes(severity));
        let warnings = || severities().filter(|severity| *severity == Severity::Warning).count();
        let bound = |most| (Chosen::new(most, resolved.max_warnings.origin.clone()), warnings());
        Self { failing, warnings: resolved.max_warnings.value.map(bound).into_iter().collect() }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.failing |= other.failing;
        for (bound, warnings) in other.warnings {
            match self.warnings.iter_mut().find(|(known, _)| *known == bound) {
                Some((_, counted)) => *counted += warnings,
                None => self.warnings.push((bound, warnings)),
            }
        }
    }

    /// A sentence for every bound that is exceeded.
    fn too_many(&self) -> impl Iterator<Item = String> {
        let exceeded = self.warnings.iter().filter(|(bound, counted)| *counted > bound.value);
        exceeded.map(|(bound, counted)| format!("{counted} warnings; there may be {} ({})", bound.value, bound.origin))
    }

    fn exit(&self) -> Exit {
        if self.failing || self.too_many().next().is_some() { Exit::Findings } else { Exit::Clean }
    }
}
