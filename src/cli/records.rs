//! `clauselint check --stdin-jsonl`: policies that come as JSON Lines, each answered with a line, in order.
//!
//! For engines that keep the program running and feed it. A line is read, checked and answered without waiting for the next
//! one, and no more is kept of all of them than what is being worked on.

use std::io::{self, BufRead as _, Read as _};
use std::path::PathBuf;

use time::Date;

use super::checked::{RunArgs, check_read};
use super::config::Workspace;
use super::input::{AS_TEXT, InputArgs};
use super::output::{Output, Target};
use super::parallel::{Turn, in_order};
use super::reporting::{Reporting, Told, Verdict};
use super::{Exit, Failure, Terminal, file, interrupt};
use crate::config::Resolved;
use crate::record::{Record, Refusal};
use crate::report::{Renderer, ReportFormat};
use crate::source::foreign_format;

/// How long a line may be, in bytes. A policy has some ten thousand; this bounds what a run keeps in memory.
const LONGEST: usize = 16 << 20;

/// A line of standard input, counted from 1.
struct Line {
    number: usize,
    content: Content,
}

enum Content {
    Whole(Vec<u8>),
    TooLong,
    /// The input could not be read further, and why.
    Broken(io::Error),
}

/// The lines of standard input.
struct Lines {
    number: usize,
    ended: bool,
}

impl Iterator for Lines {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        if self.ended {
            return None;
        }
        self.number += 1;
        let content = read_line().unwrap_or_else(|error| Some(Content::Broken(error)));
        self.ended = matches!(content, None | Some(Content::Broken(_)));
        content.map(|content| Line { number: self.number, content })
    }
}

/// The next line of standard input without its end; nothing after the last one.
fn read_line() -> io::Result<Option<Content>> {
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    let longest = u64::try_from(LONGEST).unwrap_or(u64::MAX);
    if input.by_ref().take(longest + 1).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() > LONGEST {
        input.skip_until(b'\n')?;
        return Ok(Some(Content::TooLong));
    }
    Ok(Some(Content::Whole(line)))
}

/// What the answers come to that are no report on a policy.
#[derive(Default)]
struct Troubles {
    /// How many lines were refused, and the number of the first.
    refused: usize,
    first: usize,
    /// How many policies are written in a language that the rules don't read.
    foreign: usize,
}

/// Why a line was not answered with a report on a policy.
#[derive(Clone, Copy)]
enum Trouble {
    Refused { line: usize },
    Foreign,
}

impl Troubles {
    fn add(&mut self, trouble: Trouble) {
        match trouble {
            Trouble::Refused { line } => {
                self.first = if self.refused == 0 { line } else { self.first };
                self.refused += 1;
            }
            Trouble::Foreign => self.foreign += 1,
        }
    }

    /// What is said of them, where there are any.
    fn in_words(&self) -> impl Iterator<Item = String> {
        let refused = match self.refused {
            0 => None,
            1 => Some(format!("line {} is no policy; its answer says what was expected", self.first)),
            count => Some(format!(
                "{count} lines are no policies; their answers say what was expected; the first is line {}",
                self.first
            )),
        };
        let foreign = match self.foreign {
            0 => None,
            1 => Some("1 policy is written in a language that the rules don't read, so it was not checked".to_owned()),
            count => Some(format!(
                "{count} policies are written in languages that the rules don't read, so they were not checked"
            )),
        };
        refused.into_iter().chain(foreign)
    }
}

/// Answers lines, on any thread.
struct Answering<'a> {
    renderer: Renderer<'a>,
    resolved: Resolved,
    input: &'a InputArgs,
    today: Date,
}

impl<'a> Answering<'a> {
    fn answer(&self, Line { number, content }: Line) -> (Told<'a>, Option<Trouble>) {
        let refused = |Refusal { id, expected }: Refusal| {
            let piece = self.renderer.refusal(number, id.as_deref(), &expected);
            (Told { pieces: vec![piece], ..Told::default() }, Some(Trouble::Refused { line: number }))
        };
        match content {
            Content::Whole(line) => {
                // What some programs begin a file with is no part of the first record.
                let mark: &[u8] = if number == 1 { b"\xEF\xBB\xBF" } else { b"" };
                self.policy(line.strip_prefix(mark).unwrap_or(&line)).unwrap_or_else(refused)
            }
            Content::TooLong => {
                let expected = format!("expected a line of at most {LONGEST} bytes");
                refused(Refusal { id: None, expected })
            }
            Content::Broken(error) => {
                let problem = format!("can't read standard input: {}", file::reason(&error));
                (Told { problem: Some(problem), ..Told::default() }, None)
            }
        }
    }

    fn policy(&self, line: &[u8]) -> Result<(Told<'a>, Option<Trouble>), Refusal> {
        let Self { renderer, resolved, input, today } = self;
        let record = Record::read(line)?;
        let content = record.content(resolved.max_file_size.value)?;
        if let Some(format) = foreign_format(&content) {
            let expected = format!("expected a text, here is {format}; {AS_TEXT}");
            return Err(Refusal { id: Some(record.id().to_owned()), expected });
        }
        let read = input.parse_as(record.format(), record.id().to_owned(), &content);
        let file = check_read(read, resolved, renderer.rules, *today);
        let trouble = (!file.is_read(renderer.rules)).then_some(Trouble::Foreign);
        let piece = renderer.answer(record.id(), &file);
        let verdict = Verdict::of(resolved, &file.assessment);
        Ok((Told { pieces: vec![piece], verdict, problem: None }, trouble))
    }
}

pub(super) fn run(args: &RunArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let workspace = Workspace::open(&[PathBuf::from("-")], &args.config, terminal)?;
    let output = Output { format: ReportFormat::Jsonl, target: Target::StandardOutput };
    let answering = Answering {
        renderer: output.renderer(&workspace.rules, terminal),
        // What holds for standard input holds for all that comes by it.
        resolved: workspace.resolved(&workspace.policies[0]),
        input: &args.input,
        today: args.today.today(),
    };
    let mut reporting = Reporting::begin([output].into_iter(), &workspace.rules, None, terminal);
    let mut troubles = Troubles::default();
    let mut is_whole = true;
    let answer = |line| answering.answer(line);
    in_order(Lines { number: 0, ended: false }, args.threads(), answer, |turn| {
        let turn = match turn {
            Turn::Done((told, trouble)) => {
                trouble.into_iter().for_each(|trouble| troubles.add(trouble));
                is_whole &= told.problem.is_none();
                Turn::Done(told)
            }
            Turn::Waiting => Turn::Waiting,
        };
        let flow = reporting.take(turn);
        if flow.is_break() {
            // Nobody reads the answers any more, and nobody knows when the next line comes, if one does.
            interrupt::leave(i32::from(reporting.end(&[], Verdict::default()).code()));
        }
        flow
    });
    if !is_whole {
        // The last answer tells that nothing is missing.
        reporting.cut_short();
    }
    reporting.problems.extend(troubles.in_words());
    let exit = reporting.end(&[], Verdict::default());
    // The process ends here: giving every rule back to the allocator one by one would only take time.
    std::mem::forget(workspace);
    Ok(exit)
}
