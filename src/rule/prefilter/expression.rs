//! What is known of a regular expression's matches from how it is written.
//!
//! The expression is read as far as the answer is sure: of a part that is not followed nothing is known.

use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{
    AssertionKind, Ast, ClassBracketed, ClassSet, ClassSetItem, Flag, Flags, FlagsItemKind, GroupKind, RepetitionKind,
    RepetitionRange,
};

use super::{Place, ends_with};
use crate::rule::digest::mark;

/// A text that may be looked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sought {
    pub(super) text: String,
    /// Whether it starts a word, if it starts with a letter or a digit.
    starts_word: bool,
    pub(super) place: Place,
}

impl Sought {
    /// The places where words start of which three characters are known.
    pub(super) fn words(&self) -> impl Iterator<Item = usize> + '_ {
        let bytes = self.text.as_bytes();
        let is_start = move |at: &usize| match at.checked_sub(1) {
            None => self.starts_word || self.place == Place::Start,
            Some(before) => !bytes[before].is_ascii_alphanumeric(),
        };
        let places = 0..bytes.len().saturating_sub(2);
        places.filter(|at| bytes[*at].is_ascii_alphanumeric()).filter(is_start)
    }

    /// Whether all that holds another text holds this one.
    fn covers(&self, other: &Self) -> bool {
        self.place == Place::Anywhere
            && other.text.contains(&self.text)
            && match self.words().next() {
                None => true,
                first => first == other.words().next() && other.text.starts_with(&self.text),
            }
    }

    /// How rare it is, in bits.
    fn rarity(&self) -> u32 {
        let anchored = if self.place == Place::Anywhere { 0 } else { ANCHORED };
        let characters: u32 = self.text.bytes().map(rarity).sum();
        let starts = if self.words().next().is_some() { STARTED } else { 0 };
        (characters / 2 + anchored + starts).min(MOST)
    }
}

/// How much rarer a text is at the end of another one than anywhere, in bits.
const ANCHORED: u32 = 10;

/// How much rarer it is where it starts a word.
const STARTED: u32 = 2;

/// Beyond this, all is equally rare.
const MOST: u32 = 30;

/// How rare a character is in running text, in half bits.
pub(super) fn rarity(byte: u8) -> u32 {
    match byte {
        b' ' => 4,
        b'a' | b'e' | b'i' | b'n' | b'o' | b'r' | b's' | b't' => 5,
        b'j' | b'q' | b'x' | b'z' => 12,
        b'a'..=b'z' => 7,
        b'.' | b',' => 12,
        b'0'..=b'9' | b'(' | b')' | b'"' | b'-' | b'\'' => 14,
        _ => 18,
    }
}

/// The punctuation marks and digits of a text.
pub(super) fn marks_of(text: &str) -> u64 {
    text.bytes().filter(|byte| !byte.is_ascii_alphabetic()).fold(0, |marks, byte| marks | mark(byte))
}

/// Texts of which a match holds one.
#[derive(Debug)]
pub(super) struct Set {
    pub(super) sought: Vec<Sought>,
    /// How often one of them is to be expected; the less, the better.
    weight: u64,
}

impl Set {
    fn new(mut sought: Vec<Sought>) -> Self {
        // What another one is part of need not be looked for.
        sought.sort_by_key(|sought| sought.text.len());
        let mut kept: Vec<Sought> = Vec::new();
        for sought in sought {
            if !kept.iter().any(|known| *known == sought || known.covers(&sought)) {
                kept.push(sought);
            }
        }
        let weight = kept.iter().map(|sought| 1 << (MOST - sought.rarity())).sum();
        Self { sought: kept, weight }
    }
}

/// A part of a regular expression.
#[derive(Debug)]
pub(super) struct Node {
    /// All that it can match, in lower case; nothing if that is too much.
    strings: Option<Vec<Start>>,
    /// The rarest texts of which its matches hold one each, where that is not what the strings say.
    set: Option<Set>,
    /// The punctuation marks and digits that all its matches hold, besides what the strings say.
    marks: u64,
    /// The kinds of characters that a text with a match ends with. Nothing if it may end with any.
    pub(super) ends: u64,
    /// Whether the strings start words, if they start with letters or digits.
    starts_word: bool,
}

/// What a match starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Start {
    text: String,
    /// Whether that is all of it.
    whole: bool,
}

impl Start {
    /// A text as far as it is followed.
    fn of(text: &str) -> Self {
        let whole = text.len() <= LONGEST_STRING;
        let end = (0..=text.len().min(LONGEST_STRING)).rev().find(|end| text.is_char_boundary(*end));
        Self { text: text[..end.unwrap_or_default()].to_ascii_lowercase(), whole }
    }

    fn whole(text: impl Into<String>) -> Self {
        Self { text: text.into(), whole: true }
    }

    fn open(self) -> Self {
        Self { whole: false, ..self }
    }
}

impl Node {
    fn anything() -> Self {
        Self { strings: None, set: None, marks: 0, ends: 0, starts_word: false }
    }

    fn strings(strings: Vec<Start>) -> Self {
        Self { strings: Some(strings), ..Self::anything() }
    }

    pub(super) fn marks(&self) -> u64 {
        self.marks | self.strings.as_ref().map_or(0, |strings| shared_marks(strings))
    }

    /// The texts to be looked for, which are no longer its own.
    pub(super) fn best(&mut self) -> Option<Set> {
        if self.set.is_some() {
            return self.set.take();
        }
        let strings = self.strings.as_ref().filter(|strings| strings.iter().all(|start| !start.text.is_empty()))?;
        let sought = strings.iter().map(|start| Sought {
            text: start.text.clone(),
            starts_word: self.starts_word,
            place: Place::Anywhere,
        });
        Some(Set::new(sought.collect()))
    }
}

/// The punctuation marks and digits that are in all of some texts.
fn shared_marks(strings: &[Start]) -> u64 {
    strings.iter().fold(u64::MAX, |marks, start| marks & marks_of(&start.text))
}

/// What stands in a row in a regular expression.
enum Item {
    Node(Node),
    /// The start of the text.
    Start,
    /// The end of the text.
    End,
    /// The start or the end of a word.
    Boundary,
    /// Something that takes no text, and of which nothing is known.
    Nothing,
}

/// More texts than this are too much to look for.
const MOST_STRINGS: usize = 60;

/// The rest of a longer text is not looked at.
const LONGEST_STRING: usize = 24;

/// How many texts in a row are followed at once.
const MOST_WINDOWS: usize = 4;

/// Reads an expression; gives nothing where it means something else than is known here.
pub(super) fn read(regex: &str) -> Option<Node> {
    let parsed = Parser::new().parse(regex).ok()?;
    node(&parsed, false)
}

/// A part of an expression. Where it stands at the boundary of a word, a letter in front starts one.
fn node(part: &Ast, at_boundary: bool) -> Option<Node> {
    match part {
        Ast::Alternation(alternation) => {
            let nodes = alternation.asts.iter().map(|part| row(part, at_boundary)).collect::<Option<Vec<Node>>>()?;
            Some(any_of(nodes, at_boundary))
        }
        _ => row(part, at_boundary),
    }
}

/// One of several alternatives.
fn any_of(mut nodes: Vec<Node>, at_boundary: bool) -> Node {
    let marks = nodes.iter().fold(u64::MAX, |marks, node| marks & node.marks());
    let ends =
        if nodes.iter().any(|node| node.ends == 0) { 0 } else { nodes.iter().fold(0, |ends, node| ends | node.ends) };
    let count: Option<usize> = nodes.iter().map(|node| Some(node.strings.as_ref()?.len())).sum();
    let is_little = count.is_some_and(|count| count <= MOST_STRINGS);
    // What follows makes more of few strings than of the texts to be looked for in them.
    if is_little && nodes.iter().all(|node| node.set.is_none()) {
        let strings = nodes.into_iter().flat_map(|node| node.strings.unwrap_or_default()).collect();
        return Node { strings: Some(strings), set: None, marks, ends, starts_word: at_boundary };
    }
    let sets: Option<Vec<Set>> = nodes.iter_mut().map(Node::best).collect();
    let set = sets.map(|sets| Set::new(sets.into_iter().flat_map(|set| set.sought).collect()));
    let strings = nodes.into_iter().map(|node| node.strings).collect::<Option<Vec<_>>>();
    let strings = strings.map(|strings| strings.concat()).filter(|_| is_little);
    let set = set.filter(|set| set.sought.len() <= MOST_STRINGS);
    Node { strings, set, marks, ends, starts_word: at_boundary }
}

/// One alternative.
fn row(part: &Ast, at_boundary: bool) -> Option<Node> {
    let parts = match part {
        Ast::Concat(concat) => concat.asts.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut row = Row::new(at_boundary);
    let mut left = parts;
    while let [first, rest @ ..] = left {
        let text: String = left.iter().map_while(literal).collect();
        if text.is_empty() {
            if let Some(item) = item(first, row.at_boundary)? {
                row.push(item);
            }
            left = rest;
            continue;
        }
        left = &left[text.chars().count()..];
        let strings = vec![Start::of(&text)];
        // Most alternatives are words.
        if left.is_empty() && text.chars().count() == parts.len() {
            return Some(Node { starts_word: at_boundary, ..Node::strings(strings) });
        }
        row.push(Item::Node(Node::strings(strings)));
    }
    Some(row.end())
}

/// A character that stands for itself, in every case that it has.
fn literal(part: &Ast) -> Option<char> {
    let Ast::Literal(literal) = part else { return None };
    let has_one_case = literal.c.to_lowercase().eq(literal.c.to_uppercase());
    (literal.c.is_ascii() || has_one_case).then_some(literal.c)
}

/// A part of a row; nothing inside for what only sets flags.
fn item(part: &Ast, at_boundary: bool) -> Option<Option<Item>> {
    Some(Some(match part {
        Ast::Flags(set) => return is_known(&set.flags).then_some(None),
        Ast::Group(group) => match (&group.kind, group.ast.as_ref()) {
            (GroupKind::NonCapturing(flags), _) if !is_known(flags) => return None,
            (_, Ast::Assertion(assertion)) => assertion_of(&assertion.kind),
            (_, part) => Item::Node(node(part, at_boundary)?),
        },
        Ast::Assertion(assertion) => assertion_of(&assertion.kind),
        Ast::ClassBracketed(class) => Item::Node(characters(class)),
        Ast::Repetition(repetition) => {
            let Some(Item::Node(node)) = item(&repetition.ast, at_boundary)? else { return None };
            let (least, most) = match &repetition.op.kind {
                RepetitionKind::ZeroOrOne => (0, Some(1)),
                RepetitionKind::ZeroOrMore => (0, None),
                RepetitionKind::OneOrMore => (1, None),
                RepetitionKind::Range(RepetitionRange::Exactly(count)) => (*count, Some(*count)),
                RepetitionKind::Range(RepetitionRange::AtLeast(least)) => (*least, None),
                RepetitionKind::Range(RepetitionRange::Bounded(least, most)) => (*least, Some(*most)),
            };
            Item::Node(repeated(node, least as usize, most.map(|most| most as usize)))
        }
        Ast::Literal(_) => {
            let text = literal(part);
            Item::Node(text.map_or_else(Node::anything, |text| Node::strings(vec![Start::of(&text.to_string())])))
        }
        Ast::Dot(_) | Ast::ClassUnicode(_) | Ast::ClassPerl(_) => Item::Node(Node::anything()),
        Ast::Empty(_) => Item::Nothing,
        Ast::Alternation(_) | Ast::Concat(_) => Item::Node(node(part, at_boundary)?),
    }))
}

fn assertion_of(kind: &AssertionKind) -> Item {
    match kind {
        AssertionKind::StartLine | AssertionKind::StartText => Item::Start,
        AssertionKind::EndLine | AssertionKind::EndText => Item::End,
        AssertionKind::WordBoundary
        | AssertionKind::WordBoundaryStart
        | AssertionKind::WordBoundaryStartAngle
        | AssertionKind::WordBoundaryStartHalf => Item::Boundary,
        AssertionKind::NotWordBoundary
        | AssertionKind::WordBoundaryEnd
        | AssertionKind::WordBoundaryEndAngle
        | AssertionKind::WordBoundaryEndHalf => Item::Nothing,
    }
}

/// Whether flags change nothing about how an expression is read here. Others make lines of a text start and end.
fn is_known(flags: &Flags) -> bool {
    flags.items.iter().all(|item| match &item.kind {
        FlagsItemKind::Negation => true,
        FlagsItemKind::Flag(flag) => !matches!(flag, Flag::MultiLine | Flag::CRLF),
    })
}

/// The characters of a class, where they are few.
fn characters(class: &ClassBracketed) -> Node {
    let mut known = Vec::new();
    match &class.kind {
        ClassSet::Item(set) if !class.negated && add_characters(set, &mut known).is_some() => Node::strings(known),
        ClassSet::Item(_) | ClassSet::BinaryOp(_) => Node::anything(),
    }
}

/// Adds those of a part of a class; nothing if they are many, or not known.
fn add_characters(set: &ClassSetItem, known: &mut Vec<Start>) -> Option<()> {
    let (first, last) = match set {
        ClassSetItem::Empty(_) => return Some(()),
        ClassSetItem::Literal(literal) => (literal.c, literal.c),
        ClassSetItem::Range(range) => (range.start.c, range.end.c),
        ClassSetItem::Union(union) => return union.items.iter().try_for_each(|set| add_characters(set, known)),
        ClassSetItem::Ascii(_) | ClassSetItem::Unicode(_) | ClassSetItem::Perl(_) | ClassSetItem::Bracketed(_) => {
            return None;
        }
    };
    if !first.is_ascii() || !last.is_ascii() {
        return None;
    }
    for character in first..=last {
        let start = Start::whole(character.to_ascii_lowercase());
        if !known.contains(&start) {
            known.push(start);
        }
    }
    (known.len() <= MOST_STRINGS).then_some(())
}

fn repeated(node: Node, least: usize, most: Option<usize>) -> Node {
    if most == Some(0) {
        return Node::strings(vec![Start::whole("")]);
    }
    if least == 0 {
        let mut strings = node.strings;
        if let Some(strings) = &mut strings {
            if most != Some(1) {
                strings.iter_mut().for_each(|start| start.whole = false);
            }
            strings.push(Start::whole(""));
        }
        let strings = strings.filter(|strings| strings.len() <= MOST_STRINGS);
        return Node { strings, ..Node::anything() };
    }
    let is_more = most != Some(least);
    let strings = node.strings.as_ref().map(|strings| match strings.as_slice() {
        [Start { text, whole: true }] if least * text.len() <= LONGEST_STRING => {
            vec![Start { text: text.repeat(least), whole: !is_more }]
        }
        _ => {
            let is_one = least == 1 && !is_more;
            strings.iter().cloned().map(|start| if is_one { start } else { start.open() }).collect()
        }
    });
    Node { strings, ..node }
}

/// Items in a row, as far as they are read.
struct Row {
    windows: Vec<Window>,
    /// What the whole row starts with; nothing if that is too much.
    strings: Option<Vec<Start>>,
    set: Option<Set>,
    marks: u64,
    ends: u64,
    /// The kinds of characters that what was read ends with. Nothing if that may be any.
    last: u64,
    /// Whether what comes next starts a word, if it is a letter or a digit.
    at_boundary: bool,
    /// Whether what comes next stands at the start of the text.
    at_start: bool,
}

/// The kinds of the last characters of some texts, which stand behind what ends with some kinds; nothing if they may end
/// with others, too: a text that goes on, or a space.
fn last_kinds(strings: &[Start], before: u64) -> u64 {
    let last = |start: &Start| match start.text.bytes().last() {
        _ if !start.whole => 0,
        None => before,
        Some(last) => ends_with(last),
    };
    if strings.iter().any(|start| last(start) == 0) {
        0
    } else {
        strings.iter().fold(0, |kinds, start| kinds | last(start))
    }
}

/// Texts that follow each other.
#[derive(Debug)]
struct Window {
    strings: Vec<Start>,
    starts_word: bool,
    at_start: bool,
}

impl Row {
    fn new(at_boundary: bool) -> Self {
        let mut row = Self {
            windows: Vec::new(),
            strings: Some(vec![Start::whole("")]),
            set: None,
            marks: 0,
            ends: 0,
            last: 0,
            at_boundary,
            at_start: false,
        };
        row.open();
        row
    }

    fn open(&mut self) {
        let strings = vec![Start::whole("")];
        self.windows.pop_if(|window| window.strings == strings);
        self.windows.push(Window { strings, starts_word: self.at_boundary, at_start: self.at_start });
        if self.windows.len() > MOST_WINDOWS {
            let window = self.windows.remove(0);
            self.close(window.strings, window.starts_word, window.at_start, Place::Anywhere);
        }
    }

    fn push(&mut self, item: Item) {
        match item {
            Item::Node(node) => self.push_node(node),
            Item::Start => {
                (self.at_boundary, self.at_start) = (true, true);
                self.open();
            }
            Item::Boundary => {
                self.at_boundary = true;
                self.open();
            }
            Item::End => {
                self.end_with(self.last);
                for window in std::mem::take(&mut self.windows) {
                    self.close(window.strings, window.starts_word, window.at_start, Place::End);
                }
                self.open();
            }
            Item::Nothing => {}
        }
    }

    fn push_node(&mut self, node: Node) {
        self.marks |= node.marks;
        self.end_with(node.ends);
        self.offer(node.set);
        let Some(strings) = node.strings else {
            self.strings = self.strings.take().map(|strings| strings.into_iter().map(Start::open).collect());
            for window in std::mem::take(&mut self.windows) {
                self.close(window.strings, window.starts_word, window.at_start, Place::Anywhere);
            }
            (self.at_boundary, self.at_start, self.last) = (false, false, 0);
            self.open();
            return;
        };
        self.last = last_kinds(&strings, self.last);
        // A text that starts with a space or a mark is worth a look for itself: what stands before it may be too much.
        let is_mark = |start: &Start| start.text.starts_with(|c: char| !c.is_ascii_alphanumeric());
        if strings.iter().all(is_mark) {
            self.open();
        }
        self.strings = self.strings.take().and_then(|known| joined(&known, &strings));
        let mut too_much = false;
        for window in std::mem::take(&mut self.windows) {
            match joined(&window.strings, &strings) {
                Some(strings) => self.windows.push(Window { strings, ..window }),
                None => {
                    self.close(window.strings, window.starts_word, window.at_start, Place::Anywhere);
                    too_much = true;
                }
            }
        }
        if too_much && self.windows.is_empty() {
            self.windows.push(Window {
                strings: strings.clone(),
                starts_word: self.at_boundary,
                at_start: self.at_start,
            });
        }
        let ends_in_mark = |start: &Start| start.whole && start.text.ends_with(|c: char| !c.is_ascii_alphanumeric());
        let is_empty = |start: &Start| start.whole && start.text.is_empty();
        self.at_start &= strings.iter().all(is_empty);
        self.at_boundary = strings.iter().all(|start| ends_in_mark(start) || self.at_boundary && is_empty(start));
    }

    /// Takes the texts of a window for what a match holds.
    fn close(&mut self, strings: Vec<Start>, starts_word: bool, at_start: bool, end: Place) {
        if strings.iter().any(|start| start.text.is_empty()) {
            return;
        }
        self.marks |= shared_marks(&strings);
        let sought = strings.into_iter().map(|start| {
            let place = match end {
                Place::End if start.whole => Place::End,
                _ if at_start => Place::Start,
                _ => Place::Anywhere,
            };
            Sought { text: start.text, starts_word, place }
        });
        self.offer(Some(Set::new(sought.collect())));
    }

    /// Takes the kinds of characters that the text ends with, where some are known.
    fn end_with(&mut self, ends: u64) {
        self.ends = if self.ends == 0 || ends == 0 { self.ends | ends } else { self.ends & ends };
    }

    fn offer(&mut self, set: Option<Set>) {
        if let Some(set) = set
            && self.set.as_ref().is_none_or(|known| set.weight <= known.weight)
        {
            self.set = Some(set);
        }
    }

    fn end(mut self) -> Node {
        for window in std::mem::take(&mut self.windows) {
            self.close(window.strings, window.starts_word, window.at_start, Place::Anywhere);
        }
        Node { strings: self.strings, set: self.set, marks: self.marks, ends: self.ends, starts_word: false }
    }
}

/// The texts of two parts that follow each other; nothing if they are too many.
fn joined(known: &[Start], next: &[Start]) -> Option<Vec<Start>> {
    let whole = known.iter().filter(|start| start.whole).count();
    if known.len() - whole + whole * next.len() > MOST_STRINGS {
        return None;
    }
    let mut joined: Vec<Start> = Vec::new();
    for start in known {
        if !start.whole || start.text.len() >= LONGEST_STRING {
            joined.push(start.clone().open());
            continue;
        }
        joined.extend(
            next.iter().map(|next| Start { text: [start.text.as_str(), &next.text].concat(), whole: next.whole }),
        );
    }
    Some(joined)
}
