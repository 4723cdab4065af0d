//! Dates: those that a text writes, and which of them is the document's own.

use std::ops::Range;

use time::{Date, Duration, Month};

use super::{Flaw, Subject, Unit, word_count};
use crate::document::{ClauseKind, ProseSpan};
use crate::rule::Words;
use crate::rule::digest::mark;

/// A date in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    at: ProseSpan,
    day: Day,
}

/// The day that a date means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    /// It is no day of the calendar.
    Impossible,
    /// One of these days, as far as its form tells: "May 2020", "3/4/2020".
    Between(Date, Date),
}

/// The headings and clauses that have dates, in the order of the file.
fn dated<'s>(subject: Subject<'s>) -> impl Iterator<Item = (Unit<'s>, &'s [Written])> {
    let dated = subject.units().iter().zip(subject.form.dates()).filter(|(_, dates)| !dates.is_empty());
    dated.map(|(unit, dates)| (*unit, dates.as_slice()))
}

/// Dates that are no day of the calendar, wherever they stand.
pub(super) fn impossible(subject: Subject<'_>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (unit, dates) in dated(subject) {
        for date in dates.iter().filter(|date| date.day == Day::Impossible) {
            let (span, words) = unit.place(date.at);
            flaws.push(Flaw::at(span, words));
        }
    }
    flaws
}

/// Dates of the document's own that lie after today. A day is allowed for the writer's time zone.
pub(super) fn future(subject: Subject<'_>, own: &Words) -> Vec<Flaw> {
    let Some(tomorrow) = subject.today.and_then(Date::next_day) else { return Vec::new() };
    let is_to_come = |date: &Written| matches!(date.day, Day::Between(earliest, _) if earliest > tomorrow);
    if !dated(subject).any(|(_, dates)| dates.iter().any(is_to_come)) {
        return Vec::new();
    }
    let to_come = own_dates(subject, own).into_iter().filter(|(_, date)| is_to_come(date));
    let places = to_come.map(|(unit, date)| unit.place(date.at));
    places.map(|(span, words)| Flaw::at(span, words)).collect()
}

/// The newest date of the document's own, where it lies more than `age` back. A younger date anywhere shows that somebody
/// has looked since, and one that is well after the newest known that another is the document's own.
pub(super) fn stale(subject: Subject<'_>, own: &Words, age: Duration) -> Vec<Flaw> {
    let Some(limit) = subject.today.and_then(|today| today.checked_sub(age)) else { return Vec::new() };
    let is_there_after = |bound: Date| {
        let later = |date: &Written| !matches!(date.day, Day::Between(_, latest) if latest < bound);
        dated(subject).any(|(_, dates)| dates.iter().any(later))
    };
    // What most notices have settles it before their words are looked at.
    if is_there_after(limit) {
        return Vec::new();
    }
    let mut newest: Option<(Unit<'_>, Written, Date)> = None;
    for (unit, date) in own_dates(subject, own) {
        if let Day::Between(_, latest) = date.day
            && newest.is_none_or(|(.., known)| known < latest)
        {
            newest = Some((unit, date, latest));
        }
    }
    let newest = newest.or_else(|| {
        let units = || subject.units().iter().zip(subject.form.dates());
        let mut edges = units().take(TOP).chain(units().next_back().filter(|_| ends_with_a_date(subject)));
        edges.find_map(|(unit, dates)| match alone(unit.text(), dates)? {
            date @ Written { day: Day::Between(_, latest), .. } => Some((*unit, date, latest)),
            Written { day: Day::Impossible, .. } => None,
        })
    });
    let Some((unit, date, known)) = newest else { return Vec::new() };
    if known.checked_add(AROUND).is_some_and(is_there_after) {
        return Vec::new();
    }
    let (span, words) = unit.place(date.at);
    vec![Flaw::at(span, words)]
}

/// How many headings and clauses from the top of a document on a date that stands alone is the document's own.
const TOP: usize = 3;

/// Whether a date in the last line of a document is the document's own: nothing before it leads up to it.
fn ends_with_a_date(subject: Subject<'_>) -> bool {
    let [.., before, Unit::Clause(_, last)] = subject.units() else { return false };
    let text = before.text();
    let ended = text.ends_with(['.', '!', '?']) || text.rsplit(' ').next().is_some_and(|word| word.contains('@'));
    last.kind == ClauseKind::Sentence && last.lead_in.is_empty() && ended
}

/// The first of a text's dates, if the text says nothing else.
fn alone(text: &str, dates: &[Written]) -> Option<Written> {
    let date = *dates.first()?;
    let around = text[..date.at.start].chars().chain(text[date.at.end..].chars());
    let mut around = around.filter(|c| c.is_alphanumeric());
    around.next().is_none().then_some(date)
}

/// How long after a change it may come into force.
const AROUND: Duration = Duration::days(120);

/// How many headings and clauses at either end of a document are looked through for a date that nothing introduces.
const EDGE: usize = 8;

/// A line of at most so many words that has a date is about the date.
const SHORT_LINE: usize = 8;

/// Whether the document has no date of its own: none that is introduced as such, none alone on a line, none near its
/// start or end, none in its front matter. Where nothing is said there is nothing to date, and what is put in when the
/// page is built may hold a date.
pub(super) fn none(subject: Subject<'_>, own: &Words) -> Vec<Flaw> {
    let units = subject.units();
    let Some(first) = units.first() else { return Vec::new() };
    let dates_of = subject.form.dates();
    let mut edges = dates_of.iter().take(EDGE).chain(dates_of.iter().rev().take(EDGE));
    let mut lines = dated(subject).map(|(unit, _)| subject.digest(unit).words <= SHORT_LINE);
    let front_matter = subject.source.slice(subject.document.front_matter());
    if edges.any(|dates| !dates.is_empty())
        || lines.any(|short| short)
        || !dates(front_matter).is_empty()
        || subject.statements().next().is_none()
        || units.iter().any(|unit| is_dated_later(subject, *unit, own))
        || !own_dates(subject, own).is_empty()
    {
        return Vec::new();
    }
    let span = subject.document.title().map_or_else(|| first.span(), |title| title.span);
    vec![Flaw::at(span, "").labelled("no date here, at the end, or where one is announced")]
}

/// The marks between which templates put in what a page shows.
const TEMPLATE_MARKS: [(&str, &str); 3] = [("{{", "}}"), ("{%", "%}"), ("<%", "%>")];

/// Whether a date may come out of a template in a text: nothing else stands there, or words that introduce the document's
/// own date do.
fn is_dated_later<'s>(subject: Subject<'s>, unit: Unit<'s>, own: &Words) -> bool {
    let (text, digest) = (unit.text(), subject.digest(unit));
    if !digest.has(mark(b'{')) && !digest.has(mark(b'<') | mark(b'%')) {
        return false;
    }
    let Some(start) = TEMPLATE_MARKS.iter().filter_map(|(open, _)| text.find(open)).min() else { return false };
    let cues = own.find(text, digest);
    let announced = cues.iter().any(|cue| cue.start < start && start < cue.end + NEAR);
    let mut rest = text;
    let mut bare = true;
    while let Some((at, close)) =
        TEMPLATE_MARKS.iter().filter_map(|(open, close)| Some((rest.find(open)?, *close))).min()
    {
        bare &= !rest[..at].contains(char::is_alphanumeric);
        rest = rest[at..].split_once(close).map_or("", |(_, after)| after);
    }
    announced || bare && !rest.contains(char::is_alphanumeric)
}

/// The dates that are introduced as the document's own, in the order of the file.
fn own_dates<'s>(subject: Subject<'s>, own: &Words) -> Vec<(Unit<'s>, Written)> {
    let mut found: Vec<(Unit<'s>, Written)> = Vec::new();
    let (units, dates) = (subject.units(), subject.form.dates());
    for (idx, unit) in units.iter().enumerate() {
        let here = &dates[idx];
        // A label in a line of its own, with the date in the next.
        let next = dates.get(idx + 1).and_then(|dates| dates.first()).filter(|date| date.at.start <= 20);
        if here.is_empty() && next.is_none() {
            continue;
        }
        let cues = own.find(unit.text(), subject.digest(*unit));
        let Some(cue) = cues.last() else { continue };
        if let Some(date) = cues.iter().take(MOST_CUES).find_map(|cue| introduced(here, *cue)) {
            found.push((*unit, date));
            continue;
        }
        let label = word_count(&unit.text()[cue.end..]) <= 2;
        if let Some(date) = next.filter(|_| label) {
            found.push((units[idx + 1], *date));
        }
    }
    found
}

/// How many words that introduce a date are looked at in one text.
const MOST_CUES: usize = 8;

/// The date that stands next to words which introduce one: after them, else before them.
fn introduced(dates: &[Written], cue: ProseSpan) -> Option<Written> {
    let after = dates.iter().find(|date| date.at.start >= cue.start && date.at.start < cue.end + NEAR);
    let before = || dates.iter().rev().find(|date| date.at.end <= cue.start && date.at.end + NEAR > cue.start);
    after.or_else(before).copied()
}

/// How far, in bytes, a date may stand from the words that introduce it.
const NEAR: usize = 60;

// ------------------------------------------------------------------------------------------------------------------
// Reading dates

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The years that policies are of.
const YEARS: std::ops::RangeInclusive<u32> = 1970..=2099;

#[derive(Clone, Copy)]
struct Token<'t> {
    text: &'t str,
    start: usize,
    end: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Month(u8),
    /// A number, and how many digits it has.
    Number(u32, usize),
    /// A number with "st", "nd", "rd" or "th".
    Ordinal(u32),
    Word,
}

/// The dates of a text, in the forms that English is written with: with the month's name, or in numbers.
pub(super) fn dates(text: &str) -> Vec<Written> {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let tokens = tokens(text);
    let mut found: Vec<Written> = Vec::new();
    let mut idx = 0;
    while idx < tokens.len() {
        let reading = with_name(text, &tokens[idx..])
            .or_else(|| in_numbers(text, &tokens, idx))
            .or_else(|| month_in_numbers(text, &tokens[idx..]));
        match reading {
            Some((length, day)) => {
                let at = ProseSpan { start: tokens[idx].start, end: tokens[idx + length - 1].end };
                found.push(Written { at, day });
                idx += length;
            }
            None => idx += 1,
        }
    }
    found
}

/// Letters and digits apart, but ordinals whole.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let bytes = text.as_bytes();
    let mut start = 0;
    while start < bytes.len() {
        let is_digit = bytes[start].is_ascii_digit();
        let same = |byte: &&u8| if is_digit { byte.is_ascii_digit() } else { byte.is_ascii_alphabetic() };
        let length = bytes[start..].iter().take_while(same).count();
        if length == 0 {
            start += 1;
            continue;
        }
        let mut end = start + length;
        let kind = if is_digit {
            let value = text[start..end].parse().unwrap_or(u32::MAX);
            let suffix = text.get(end..end + 2).unwrap_or_default();
            let alone = || !text[end..].chars().nth(2).is_some_and(char::is_alphanumeric);
            if ["st", "nd", "rd", "th"].iter().any(|known| known.eq_ignore_ascii_case(suffix)) && alone() {
                end += 2;
                Kind::Ordinal(value)
            } else {
                Kind::Number(value, length)
            }
        } else {
            month(&text[start..end]).map_or(Kind::Word, Kind::Month)
        };
        tokens.push(Token { text: &text[start..end], start, end, kind });
        start = end;
    }
    tokens
}

fn month(word: &str) -> Option<u8> {
    // "may" and "march" are other words, too.
    if !word.starts_with(|c: char| c.is_ascii_uppercase()) || word.len() < 3 {
        return None;
    }
    let word = if word.eq_ignore_ascii_case("sept") { "sep" } else { word };
    let is = |name: &&str| name.eq_ignore_ascii_case(word) || name[..3].eq_ignore_ascii_case(word);
    let place = MONTHS.iter().position(is)?;
    u8::try_from(place + 1).ok()
}

/// A date that starts with the first token and names its month: how many tokens it has, and the day.
fn with_name(text: &str, tokens: &[Token<'_>]) -> Option<(usize, Day)> {
    let kind = |idx: usize| tokens.get(idx).map(|token| token.kind);
    let close = |from: usize, to: usize| (from..to).all(|idx| is_close(text, &tokens[idx], &tokens[idx + 1]));
    match kind(0)? {
        Kind::Number(day, 1..=2) | Kind::Ordinal(day) => {
            let is =
                |idx: usize, word: &str| tokens.get(idx).is_some_and(|token| token.text.eq_ignore_ascii_case(word));
            let skipped = if is(1, "day") && is(2, "of") { 2 } else { usize::from(is(1, "of")) };
            let (Some(Kind::Month(month)), Some(Kind::Number(year, digits))) = (kind(1 + skipped), kind(2 + skipped))
            else {
                return None;
            };
            if !close(0, 2 + skipped) || !(1..=31).contains(&day) {
                return None;
            }
            Some((3 + skipped, day_of(year, digits, month, day)?))
        }
        Kind::Month(month) => {
            match (kind(1), kind(2)) {
                (Some(Kind::Number(day, 1..=2) | Kind::Ordinal(day)), Some(Kind::Number(year, digits)))
                    if close(0, 2) && day > 0 =>
                {
                    return Some((3, day_of(year, digits, month, day)?));
                }
                _ => {}
            }
            match kind(1) {
                Some(Kind::Number(year, 4)) if close(0, 1) && YEARS.contains(&year) => {
                    Some((2, whole_month(year, month)?))
                }
                _ => None,
            }
        }
        Kind::Number(..) | Kind::Word => None,
    }
}

/// Whether two parts of a date stand so that they can belong together.
fn is_close(text: &str, one: &Token<'_>, next: &Token<'_>) -> bool {
    let between = &text[one.end..next.start];
    between.len() <= 3 && between.chars().all(|c| " ,.-/".contains(c)) && between != ". "
        || between == ". " && month(one.text).is_some()
}

fn day_of(year: u32, digits: usize, month: u8, day: u32) -> Option<Day> {
    match digits {
        4 if YEARS.contains(&year) => {
            Some(exact(year, month, day).map_or(Day::Impossible, |date| Day::Between(date, date)))
        }
        // One digit too many. A year of four digits outside of the range may be a number of something else.
        5 if (1970..=2099).contains(&(year / 10)) || (1970..=2099).contains(&(year % 10000)) => Some(Day::Impossible),
        2 => exact(2000 + year, month, day).map(|date| Day::Between(date, date)),
        _ => None,
    }
}

fn exact(year: u32, month: u8, day: u32) -> Option<Date> {
    let month = Month::try_from(month).ok()?;
    Date::from_calendar_date(i32::try_from(year).ok()?, month, u8::try_from(day).ok()?).ok()
}

fn whole_month(year: u32, month: u8) -> Option<Day> {
    let first = exact(year, month, 1)?;
    let last = first.replace_day(first.month().length(first.year())).ok()?;
    Some(Day::Between(first, last))
}

/// A date in numbers that starts with a token: three numbers with the same sign between them.
fn in_numbers(text: &str, tokens: &[Token<'_>], idx: usize) -> Option<(usize, Day)> {
    let [one, two, three] = tokens.get(idx..idx + 3)? else { return None };
    let (Kind::Number(first, first_digits), Kind::Number(second, 1..=2), Kind::Number(third, third_digits)) =
        (one.kind, two.kind, three.kind)
    else {
        return None;
    };
    let sign = &text[one.end..two.start];
    if !["-", "/", "."].contains(&sign) || sign != &text[two.end..three.start] {
        return None;
    }
    if is_part(text, one.start..three.end) {
        return None;
    }
    let named = |year: u32, month: u32, day: u32| {
        let month = u8::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
        exact(year, month, day)
    };
    if first_digits == 4 {
        let possible = YEARS.contains(&first) && third_digits <= 2 && (1..=12).contains(&second) && third <= 31;
        return possible
            .then(|| (3, named(first, second, third).map_or(Day::Impossible, |day| Day::Between(day, day))));
    }
    let year = match third_digits {
        4 if YEARS.contains(&third) => third,
        2 if sign != "." => 2000 + third,
        _ => return None,
    };
    let days = [named(year, second, first), named(year, first, second)];
    let possible = days.into_iter().flatten();
    match (possible.clone().min(), possible.max()) {
        (Some(earliest), Some(latest)) => Some((3, Day::Between(earliest, latest))),
        _ => None,
    }
}

/// A month in numbers at the start of the tokens, with a slash before the year.
fn month_in_numbers(text: &str, tokens: &[Token<'_>]) -> Option<(usize, Day)> {
    let [one, two] = tokens.get(..2)? else { return None };
    let (Kind::Number(month, 1..=2), Kind::Number(year, 4)) = (one.kind, two.kind) else { return None };
    if &text[one.end..two.start] != "/" || !YEARS.contains(&year) || is_part(text, one.start..two.end) {
        return None;
    }
    Some((2, whole_month(year, u8::try_from(month).ok()?)?))
}

/// Whether numbers are part of something longer: an address, a telephone number, a version.
fn is_part(text: &str, numbers: Range<usize>) -> bool {
    let before = text[..numbers.start].chars().next_back();
    let rest = &text[numbers.end..];
    let after = rest.chars().next();
    let goes_on = rest.starts_with('.') && rest[1..].starts_with(|c: char| c.is_ascii_digit());
    goes_on || before.is_some_and(|c| "-/.+_=%".contains(c)) || after.is_some_and(|c| "/-_%".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let shown = dates(text).into_iter().map(|date| {
            let words = &text[date.at.start..date.at.end];
            match date.day {
                Day::Impossible => format!("{words} = none"),
                Day::Between(one, other) if one == other => format!("{words} = {one}"),
                Day::Between(one, other) => format!("{words} = {one}..{other}"),
            }
        });
        shown.collect()
    }

    #[test]
    fn dates_are_read_in_every_common_form() {
        for (text, expected) in [
            ("on 25 May 2018.", "25 May 2018 = 2018-05-25"),
            ("May 25th, 2018", "May 25th, 2018 = 2018-05-25"),
            ("the 25th day of May, 2018", "25th day of May, 2018 = 2018-05-25"),
            ("1st of July20205", "1st of July20205 = none"),
            ("Sept. 3, 2019", "Sept. 3, 2019 = 2019-09-03"),
            ("03-Feb-2021", "03-Feb-2021 = 2021-02-03"),
            ("February 30, 2021", "February 30, 2021 = none"),
            ("31 June 2021", "31 June 2021 = none"),
            ("updated 2021-02-03", "2021-02-03 = 2021-02-03"),
            ("3/4/2021", "3/4/2021 = 2021-03-04..2021-04-03"),
            ("25.12.2021", "25.12.2021 = 2021-12-25"),
            ("12/25/21", "12/25/21 = 2021-12-25"),
            ("May 2021", "May 2021 = 2021-05-01..2021-05-31"),
            ("5/2021.", "5/2021 = 2021-05-01..2021-05-31"),
            ("rev. 05/2021", "05/2021 = 2021-05-01..2021-05-31"),
        ] {
            assert_eq!(read(text), [expected], "{text}");
        }
        for none in [
            "You may 25 times",
            "In March 20 people",
            "call 212-555-1234",
            "version 1.2.2020.4",
            "Art. 6 May 2",
            "https://example.com/2020/13/45/",
            "10.0.0.1",
            "Act 13/2021",
            "5/20211",
            "1/5/2021/7",
            "2016/679",
            "a/5/2021",
        ] {
            assert!(read(none).is_empty(), "{none}: {:?}", read(none));
        }
    }
}
