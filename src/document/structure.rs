//! Structure: blocks of any format become sections and clauses.
//!
//! Here, once for all formats, it is decided what acts as a heading though nothing marks it as one, what is a contents
//! list, what introduces what, and where a block breaks into clauses.

mod contents;
mod headings;

use std::collections::BTreeMap;

use super::block::{Block, BlockKind, ItemPart};
use super::line::is_way;
use super::prose::{BlockText, Prose, ProseSpan};
use super::{Clause, ClauseId, ClauseKind, Format, Heading, HeadingOrigin, Section, SectionId, sentence};
use contents::contents_lists;
use headings::{LONGEST_HEADING, itemize, promote_headings, split_run_in_headings};

/// What [`arrange`] makes of the blocks.
pub(super) struct Arranged {
    /// The sections; the root is the first.
    pub(super) sections: Vec<Section>,
    /// The clauses in the order of the file.
    pub(super) clauses: Vec<Clause>,
    /// The entries of contents lists.
    pub(super) contents: Vec<ClauseId>,
}

/// Arranges blocks to sections and clauses.
pub(super) fn arrange(blocks: Vec<Block>, format: Format) -> Arranged {
    let (blocks, inferred) = promote_headings(itemize(split_run_in_headings(blocks)), format);
    let contents = contents_lists(&blocks);
    let mut arranger = Arranger::new();
    let mut entries = Vec::new();
    let mut inferred = inferred.into_iter().peekable();
    let mut contents = contents.into_iter().peekable();
    for (idx, block) in blocks.into_iter().enumerate() {
        arranger.number = idx;
        let is_inferred = inferred.next_if_eq(&idx).is_some();
        arranger.origin = if is_inferred { HeadingOrigin::Inferred } else { HeadingOrigin::Marked };
        let place = if contents.next_if_eq(&idx).is_some() { Place::Contents } else { Place::Text };
        let first = arranger.clauses.len();
        arranger.block(block, place);
        if place == Place::Contents {
            entries.extend((first..arranger.clauses.len()).map(ClauseId));
        }
    }
    Arranged { sections: arranger.sections, clauses: arranger.clauses, contents: entries }
}

/// How many clauses introduce another one at most, and so how deep lists go: what lies deeper is read as if it lay there.
/// Policies have three or four levels; without a bound, a list of a hundred thousand would cost the square of that.
const DEEPEST: usize = 16;

/// How long the clauses that introduce another one are together, in bytes: of more, those nearest to it count. They are
/// read again with every clause that they introduce.
const LONGEST_LEAD_IN: usize = 2000;

/// Where a block stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    Contents,
}

struct Arranger {
    sections: Vec<Section>,
    clauses: Vec<Clause>,
    /// The block being arranged: its number, and how it is known to be a heading if it is one.
    number: usize,
    origin: HeadingOrigin,
    /// The sections that are open, outermost first, with their levels.
    open: Vec<(u8, SectionId)>,
    /// The last sentence of the paragraph before, if it can introduce a list.
    introduces: Option<ClauseId>,
    /// The term of a definition that is still to come.
    term: Option<ClauseId>,
    /// What introduces the items of the open list.
    list: Option<OpenList>,
    /// The column headers, by their tables.
    headers: BTreeMap<usize, ClauseId>,
}

struct OpenList {
    number: usize,
    lead_in: Option<ClauseId>,
    /// The last item at each depth: what introduces the items below it.
    items: Vec<ClauseId>,
}

impl Arranger {
    fn new() -> Self {
        Self {
            sections: vec![Section { heading: None, parent: None }],
            clauses: Vec::new(),
            number: 0,
            origin: HeadingOrigin::Marked,
            open: vec![(0, SectionId::ROOT)],
            introduces: None,
            term: None,
            list: None,
            headers: BTreeMap::new(),
        }
    }

    fn block(&mut self, block: Block, place: Place) {
        let Block { kind, text } = block;
        let navigation = place == Place::Contents || is_navigation(&text.prose);
        match kind {
            BlockKind::Heading(level) if text.prose.text().len() <= LONGEST_HEADING => self.heading(level, text.prose),
            BlockKind::Header { table } => {
                let id = self.pieces(ClauseKind::TableHeader, &[], &text.prose);
                self.headers.extend(id.map(|id| (table, id)));
            }
            _ if navigation => {
                self.pieces(ClauseKind::Navigation, &[], &text.prose);
            }
            BlockKind::Term => {
                let last = self.paragraph(text);
                self.introduces = last;
                self.term = last;
            }
            BlockKind::Heading(_) | BlockKind::Paragraph => {
                let last = self.paragraph(text);
                self.introduces = last.filter(|id| introduces(self.text_of(*id)));
            }
            BlockKind::Item { list, depth, part } => self.item(text, list, depth, part),
            BlockKind::Row { table } => self.row(table, &text.prose),
        }
    }

    fn heading(&mut self, level: u8, prose: Prose) {
        self.introduces = None;
        self.list = None;
        self.open.retain(|(open, _)| *open < level);
        let parent = self.open.last().map_or(SectionId::ROOT, |(_, id)| *id);
        let heading = Heading { level, span: prose.span(prose.whole()), prose, origin: self.origin };
        let id = SectionId(self.sections.len());
        self.sections.push(Section { heading: Some(heading), parent: Some(parent) });
        self.open.push((level, id));
    }

    /// Breaks a paragraph into clauses; the last of them is the answer.
    fn paragraph(&mut self, text: BlockText) -> Option<ClauseId> {
        self.list = None;
        // A paragraph that ended in a colon introduces the paragraph after it, too: an address, a quotation. So does the
        // term of a definition.
        let term = self.term.take();
        let inherited = self.introduces.take().filter(|id| term == Some(*id) || self.text_of(*id).ends_with(':'));
        self.sentences(ClauseKind::Sentence, text, inherited.into_iter().collect())
    }

    fn item(&mut self, text: BlockText, number: usize, depth: usize, part: ItemPart) {
        let depth = depth.min(DEEPEST);
        if self.list.as_ref().is_none_or(|list| list.number != number && depth == 1) {
            self.list = Some(OpenList { number, lead_in: self.introduces.take(), items: Vec::new() });
        }
        let Some(list) = &mut self.list else { return };
        let parents = match part {
            ItemPart::First => depth - 1,
            ItemPart::Further => depth,
        };
        list.items.truncate(parents.max(list.items.len().min(depth - 1)));
        let lead_in: Vec<ClauseId> = list.lead_in.into_iter().chain(list.items.iter().take(parents).copied()).collect();
        let first = ClauseId(self.clauses.len());
        self.sentences(ClauseKind::ListItem, text, lead_in);
        if let Some(list) = &mut self.list
            && part == ItemPart::First
            && first.0 < self.clauses.len()
        {
            list.items.truncate(depth - 1);
            list.items.push(first);
        }
    }

    fn row(&mut self, table: Option<usize>, prose: &Prose) {
        self.list = None;
        let header = table.and_then(|table| self.headers.get(&table).copied());
        let lead_in: Vec<ClauseId> = self.introduces.into_iter().chain(header).collect();
        self.pieces(ClauseKind::TableRow, &lead_in, prose);
    }

    /// Makes a clause of what is no sentence, or several where it is very long; the first of them is the answer.
    fn pieces(&mut self, kind: ClauseKind, lead_in: &[ClauseId], prose: &Prose) -> Option<ClauseId> {
        let pieces = prose.slices(sentence::cut(prose.text()));
        pieces.filter_map(|piece| self.push(kind, lead_in.to_vec(), piece)).collect::<Vec<_>>().into_iter().next()
    }

    /// Breaks a block into clauses; the last of them is the answer.
    fn sentences(&mut self, kind: ClauseKind, text: BlockText, lead_in: Vec<ClauseId>) -> Option<ClauseId> {
        let spans = sentence::split(text.prose.text(), &text.breaks);
        if let [whole] = spans[..]
            && whole == text.prose.whole()
        {
            let kind = if is_navigation(&text.prose) { ClauseKind::Navigation } else { kind };
            return self.push(kind, lead_in, text.prose);
        }
        let mut lead_in = lead_in;
        let mut last = None;
        for (idx, (prose, span)) in text.prose.slices(spans.iter().copied()).zip(&spans).enumerate() {
            let run_in = idx == 0 && spans.len() > 1 && is_run_in(kind, &text, *span);
            let introduces_rest = run_in || prose.text().ends_with(':');
            let kind = if is_navigation(&prose) { ClauseKind::Navigation } else { kind };
            let id = self.push(kind, lead_in.clone(), prose);
            last = id.or(last);
            if introduces_rest && let Some(id) = id {
                lead_in.push(id);
                lead_in.drain(..lead_in.len().saturating_sub(DEEPEST));
            }
        }
        last
    }

    fn push(&mut self, kind: ClauseKind, lead_in: Vec<ClauseId>, prose: Prose) -> Option<ClauseId> {
        if prose.is_empty() {
            return None;
        }
        let section = self.open.last().map_or(SectionId::ROOT, |(_, id)| *id);
        let span = prose.span(prose.whole());
        let lead_in = self.nearest(lead_in);
        self.clauses.push(Clause { kind, section, lead_in, prose, span, block: self.number });
        Some(ClauseId(self.clauses.len() - 1))
    }

    /// Of the clauses that introduce another one, outermost first, those that are near enough.
    fn nearest(&self, mut lead_in: Vec<ClauseId>) -> Vec<ClauseId> {
        let mut room = LONGEST_LEAD_IN;
        let fits = |id: &&ClauseId| {
            let left = room.checked_sub(self.text_of(**id).len());
            room = left.unwrap_or(0);
            left.is_some()
        };
        let kept = lead_in.iter().rev().take(DEEPEST).take_while(fits).count();
        lead_in.drain(..lead_in.len() - kept);
        lead_in
    }

    fn text_of(&self, id: ClauseId) -> &str {
        self.clauses[id.0].prose.text()
    }
}

/// Whether a sentence introduces the list after it: it ends in a colon or without an end, or it announces something.
fn introduces(sentence: &str) -> bool {
    const ANNOUNCING: [&str; 6] = ["following", "below", "as follows", "these are", "including", "include"];
    let bytes = sentence.as_bytes();
    let starts = |at: usize| {
        let rest = &bytes[at..];
        ANNOUNCING.iter().any(|word| rest.get(..word.len()).is_some_and(|at| at.eq_ignore_ascii_case(word.as_bytes())))
    };
    // Two letters tell nearly always that none of them starts here.
    let may_start = |pair: &[u8]| {
        matches!(
            (pair[0] | 0x20, pair[1] | 0x20),
            (b'f', b'o') | (b'b', b'e') | (b'a', b's') | (b't', b'h') | (b'i', b'n')
        )
    };
    !sentence.ends_with(['.', '!', '?']) || bytes.windows(2).enumerate().any(|(at, pair)| may_start(pair) && starts(at))
}

/// Whether a block's first sentence is a title for the rest of it: strong, or the first few words of a list item.
fn is_run_in(kind: ClauseKind, text: &BlockText, first: ProseSpan) -> bool {
    let strong = text.strong.iter().any(|strong| strong.start <= first.start && strong.end + 1 >= first.end);
    let shown = &text.prose.text()[first.start..first.end];
    strong || (kind == ClauseKind::ListItem && shown.split(' ').count() <= 6)
}

/// Whether a clause only leads elsewhere: a bare link label, or one of the ways through a page.
fn is_navigation(prose: &Prose) -> bool {
    let text = prose.text();
    if is_way(text) {
        return true;
    }
    let linked: usize = prose.links().iter().map(|link| link.label.end - link.label.start).sum();
    if linked + 1 < text.trim_end_matches(['.', '|', ' ']).len() {
        return false;
    }
    let words = text.split(' ').count();
    // "See here for a copy of your data." says what can be done, if all of it is a link; a menu has no full stops.
    let is_sentence = words >= 5 && text.ends_with('.');
    let bare = words <= 8 && !is_sentence;
    bare && !text.contains('@') && !prose.links().iter().any(|link| link.target.starts_with("mailto:"))
}

#[cfg(test)]
mod tests {
    use super::super::Document;
    use super::*;
    use crate::source::SourceFile;

    fn outline(format: Format, text: &str) -> String {
        let source = SourceFile::new("a", text.as_bytes());
        let document = Document::parse(&source, format);
        let mut lines = Vec::new();
        for clause in document.clauses() {
            let path: Vec<&str> = document.headings(clause.section).map(|(_, heading)| heading.prose.text()).collect();
            let lead: Vec<&str> = clause.lead_in.iter().map(|id| document.clause(*id).prose.text()).collect();
            lines.push(format!(
                "{} [{}] {{{}}} {}",
                clause.kind.name(),
                path.join(" < "),
                lead.join(" / "),
                clause.prose.text()
            ));
        }
        lines.join("\n")
    }

    #[test]
    fn markdown_lists_headings_and_contents() {
        let text = "\
# Privacy

1. RIGHTS
2. COOKIES
3. CONTACT

**1\\. RIGHTS**

You have the right to:

* access your data,

* erase it:
  * wholly
  * in part

**2\\. COOKIES**

None. [Back to top](#top)

**3\\. CONTACT**

Write to us. [Read the terms](/terms)
";
        insta::assert_snapshot!(outline(Format::Markdown, text), @"
        navigation [Privacy] {} RIGHTS
        navigation [Privacy] {} COOKIES
        navigation [Privacy] {} CONTACT
        sentence [1. RIGHTS < Privacy] {} You have the right to:
        list-item [1. RIGHTS < Privacy] {You have the right to:} access your data,
        list-item [1. RIGHTS < Privacy] {You have the right to:} erase it:
        list-item [1. RIGHTS < Privacy] {You have the right to: / erase it:} wholly
        list-item [1. RIGHTS < Privacy] {You have the right to: / erase it:} in part
        sentence [2. COOKIES < Privacy] {} None.
        navigation [2. COOKIES < Privacy] {} Back to top
        sentence [3. CONTACT < Privacy] {} Write to us.
        navigation [3. CONTACT < Privacy] {} Read the terms
        ");
    }

    #[test]
    fn a_table_whose_first_row_says_nothing_keeps_its_headers_in_place() {
        let text = "# Privacy\n\n| What | Why |\n|---|---|\n| -- |\n| Name | to greet you |\n";
        insta::assert_snapshot!(outline(Format::Markdown, text), @"
        table-header [Privacy] {} What | Why
        navigation [Privacy] {} --
        table-row [Privacy] {What | Why} Name | to greet you
        ");
    }

    #[test]
    fn entries_in_lists_of_their_own_are_a_contents_list() {
        let page = |entries: [&str; 3]| {
            let lists: String = entries.iter().map(|entry| format!("<ul><li>{entry}</li></ul>")).collect();
            let sections = ["Children", "Sources", "Corrections"].map(|title| format!("<h2>{title}</h2><p>None.</p>"));
            outline(Format::Html, &format!("<h1>Privacy</h1><p>It tells of:</p>{lists}{}", sections.concat()))
        };
        let kinds = |entries| page(entries).lines().filter(|line| line.starts_with("navigation")).count();
        assert_eq!(kinds(["Children", "Sources", "Corrections"]), 3);
        assert_eq!(kinds(["Children", "Sources", "What else there is"]), 0);
    }

    #[test]
    fn a_table_of_pairs_has_its_first_one_where_headers_are() {
        let table = |first: &str| {
            let text = format!("# Privacy\n\n| {first} |\n|---|---|\n| Storage | We keep it for a year. |\n");
            outline(Format::Markdown, &text)
                .lines()
                .map(|line| line.split(' ').next().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        for pair in
            ["Controller | Example Ltd, 1 Mill Lane, Exampleton", "Questions | dpo@example.com", "Use | It is ours."]
        {
            assert_eq!(table(pair), ["table-row", "table-row"], "{pair}");
        }
        for headers in
            ["What | Why", "Data | Purpose, legal basis (Art. 6)", "Data | Who gets it, where, and why", "What |"]
        {
            assert_eq!(table(headers), ["table-header", "table-row"], "{headers}");
        }
    }

    #[test]
    fn a_section_on_one_heading_line_is_text() {
        let text = format!("# Privacy\n\n## Your rights {}\n", "You may ask for a copy of your data. ".repeat(10));
        assert!(outline(Format::Markdown, &text).starts_with("sentence [Privacy] {} Your rights You may ask"));
    }

    #[test]
    fn short_lines_in_a_row_are_an_address_or_contents() {
        let text = "Privacy policy\n\nYour rights\n\nRight to complain\n\nOur officer\n\nWe care about your data.\n\n\
                    Your rights\n\nThere are some.\n\nRight to complain\n\nYou may complain.\n\nOur officer\n\n\
                    Write to her.\n\nData Protection Officer\n\nExample plc\n\n1 Main Street\n\nLeeds\n";
        insta::assert_snapshot!(outline(Format::Plain, text), @"
        navigation [] {} Privacy policy
        navigation [] {} Your rights
        navigation [] {} Right to complain
        navigation [] {} Our officer
        sentence [] {} We care about your data.
        sentence [Your rights] {} There are some.
        sentence [Right to complain] {} You may complain.
        sentence [Our officer] {} Write to her.
        list-item [Our officer] {} Data Protection Officer
        list-item [Our officer] {} Example plc
        list-item [Our officer] {} 1 Main Street
        list-item [Our officer] {} Leeds
        ");
    }

    #[test]
    fn what_stands_between_a_colon_and_a_way_to_reach_somebody_is_an_address() {
        let items = |text: &str| {
            let kinds = outline(Format::Plain, text);
            let items = kinds.lines().filter_map(|line| line.strip_prefix("list-item [] {Write to:} "));
            items.map(str::to_owned).collect::<Vec<_>>()
        };
        let address = "Write to:\n\nAcme Trading plc\n\nAttn: Privacy\n\n2 Main House\n\n";
        let lines = ["Acme Trading plc", "Attn: Privacy", "2 Main House"];
        assert_eq!(items(&format!("{address}E-mail: privacy@acme.example\n\nWe answer.\n")), lines);
        assert_eq!(items(&format!("{address}Leeds\n\nWe answer.\n")), [&lines[..], &["Leeds"]].concat());
        assert_eq!(items("Write to:\n\nAcme Trading plc\n\nTel.: 555\n\nWe answer.\n"), ["Acme Trading plc"]);
        assert_eq!(items("Write to:\n\nAcme plc\n\nMain Street\n\nTel.: 555\n"), ["Acme plc", "Main Street"]);
        assert_eq!(items("Write to:\n\nAcme plc\n\n70173 Leeds\n"), ["Acme plc"]);
        assert_eq!(headings(Format::Plain, "We sell.\n\nAcme plc\n\n2 Main House\n\nLeeds, LS 10003\n"), "");
        // A title with text of its own stays one, and so does one that nothing announces.
        let followed = format!("{address}We answer.\n");
        assert_eq!(items(&followed), lines[..2]);
        assert_eq!(headings(Format::Plain, &followed), "3 2 Main House inferred");
        assert_eq!(items("Write to:\n\nOur team\n\nIt answers.\n\nTel.: 555\n"), [""; 0]);
        let year = "You have some.\n\nRetention\n\nSince March 2019\n\nWe keep it.\n";
        assert_eq!(headings(Format::Plain, year), "3 Retention inferred\n3 Since March 2019 inferred");
        let rights = "You have some.\n\nTo complain\n\nHow to reach us\n\nTel.: 555\n\nRetention\n\nWe keep it.\n";
        assert_eq!(headings(Format::Plain, rights), "3 How to reach us inferred\n3 Retention inferred");
    }

    #[test]
    fn titles_right_over_their_text() {
        let cut = |text: &str| {
            let source = SourceFile::new("a", text.as_bytes());
            let document = Document::parse(&source, Format::Plain);
            let headings = document.sections().iter().filter_map(|section| section.heading.as_ref());
            headings.map(|heading| heading.prose.text().to_owned()).collect::<Vec<_>>()
        };
        let others = "Children\nWe want no data of children.\n\nSecurity\nThe door is locked.\n\n";
        let found = |block: &str| {
            let found = cut(&format!("{others}{block}\n\nWho?\nWe are the ones.\n"));
            assert_eq!(found.first().map(String::as_str), Some("Children"), "{block}");
            assert_eq!(found.last().map(String::as_str), Some("Who?"), "{block}");
            found[1..found.len() - 1].join(", ").replacen("Security", "", 1).replacen(", ", "", 1)
        };
        for (block, title) in [
            ("Retention\nAs long as you have an account.", "Retention"),
            ("How long do we keep it?\n\"Data\" is kept for a year.", "How long do we keep it?"),
            ("Retention\nWe keep all of it for as long as there is\nan account of yours.", "Retention"),
            ("Retention\nAccounts. We keep them for a year.", "Retention"),
            ("Retention\nWe keep this:\n- names\n- addresses", "Retention"),
            ("Retention of what we know of you all\nFor a year at most.", ""),
            // An address, labels, a table, a list, a sentence that goes on, a statement.
            ("Acme plc\n2 Main House\nLeeds", ""),
            ("Acme plc\nMain House\nLeeds, in the north.", ""),
            ("Acme plc\nE-mail: a@acme.example", ""),
            ("Name\nGreeting You.\n1 year", ""),
            ("We keep:\n\nNames\nAll of your addresses.", ""),
            ("Retention\nfor as long as you like.", ""),
            ("We keep it\nAs long as you like.", ""),
            ("Ask privacy@acme.example\nWe answer all of you.", ""),
            ("Acme Trading and all of its daughters and\nSons keep it for a year.", ""),
        ] {
            assert_eq!(found(block), title, "{block}");
        }
        // Two are chance.
        assert_eq!(cut(others), [""; 0]);
        assert_eq!(cut(&format!("{others}Who?\nWe are the ones.\n")), ["Children", "Security", "Who?"]);
        // Short lines above are no part of the title, nor the title a line of theirs.
        assert_eq!(cut(&format!("Acme\n\nMain House\n\n{others}Who?\nWe are the ones.\n")).len(), 5);
        assert_eq!(headings(Format::Markdown, &format!("{}Who?\\\nWe are.\n", others.replace("\n", "\\\n"))), "");
    }

    #[test]
    fn markdown_beyond_paragraphs_and_lists() {
        let text = "\
# Privacy

> We quote[^1] ourselves.

Retention
: We keep it for a year.

| What | Why |
|------|-----|
| Name | to greet you |

    Data Protection Officer:
    dpo@example.com

<div>We say it in <b>HTML</b>, too.</div>

![a picture of a lock](lock.png) ~~Old~~ text with `code` and <br> a break.

[^1]: Footnotes count.
";
        insta::assert_snapshot!(outline(Format::Markdown, text), @"
        sentence [Privacy] {} We quote ourselves.
        sentence [Privacy] {} Retention
        sentence [Privacy] {Retention} We keep it for a year.
        table-header [Privacy] {} What | Why
        table-row [Privacy] {What | Why} Name | to greet you
        sentence [Privacy] {} Data Protection Officer: dpo@example.com
        sentence [Privacy] {} We say it in HTML, too.
        sentence [Privacy] {} Old text with code and a break.
        sentence [Privacy] {} Footnotes count.
        ");
    }

    #[test]
    fn html_beyond_paragraphs_and_lists() {
        let text = "\
<nav>Menu</nav><h1>Privacy</h1><script>var x = 'We sell data.';</script>
<p hidden>Not shown.</p><p>One.<br>Two &amp; three.<br><br>A block of its own.
<dl><dt>Retention<dd>A year.</dl>
<table><tr><th>What<th>Why<tr><td>Name<td><p>to greet you</p></table>
<table><tr><td><h2>Layout</h2><p>A page in a table.</p></td></tr></table>
<ol><li>one<ul><li>inner</ul><li>two</ol>
<a href='/terms'>Terms</a>
";
        insta::assert_snapshot!(outline(Format::Html, text), @"
        sentence [Privacy] {} One.
        sentence [Privacy] {} Two & three.
        sentence [Privacy] {} A block of its own.
        sentence [Privacy] {} Retention
        sentence [Privacy] {Retention} A year.
        table-header [Privacy] {} What | Why
        table-row [Privacy] {What | Why} Name | to greet you
        sentence [Layout < Privacy] {} A page in a table.
        list-item [Layout < Privacy] {} one
        list-item [Layout < Privacy] {one} inner
        list-item [Layout < Privacy] {} two
        navigation [Layout < Privacy] {} Terms
        ");
    }

    #[test]
    fn plain_text_by_layout() {
        let text = "\
PRIVACY
=======

4. Legal basis

We rely on:
  (a) consent;

  (b) contract:
      i) with you
      ii) with others
  That is all.

§ 7 Retention

We keep data for
a year, wherever
it is.
";
        insta::assert_snapshot!(outline(Format::Plain, text), @"
        sentence [4. Legal basis < PRIVACY] {} We rely on:
        list-item [4. Legal basis < PRIVACY] {We rely on:} consent;
        list-item [4. Legal basis < PRIVACY] {We rely on:} contract:
        list-item [4. Legal basis < PRIVACY] {We rely on: / contract:} with you
        list-item [4. Legal basis < PRIVACY] {We rely on: / contract:} with others
        list-item [4. Legal basis < PRIVACY] {We rely on: / contract: / with others} That is all.
        sentence [§ 7 Retention < PRIVACY] {} We keep data for a year, wherever it is.
        ");
    }

    /// The headings of a document with their levels, indented by how deep their sections lie.
    fn headings(format: Format, text: &str) -> String {
        let source = SourceFile::new("a", text.as_bytes());
        let document = Document::parse(&source, format);
        let shown = |(idx, section): (usize, &Section)| {
            let heading = section.heading.as_ref()?;
            let depth = document.headings(SectionId(idx)).count();
            let mark = if heading.origin == HeadingOrigin::Inferred { " inferred" } else { "" };
            Some(format!("{:depth$}{} {}{mark}", "", heading.level, heading.prose.text(), depth = 2 * (depth - 1)))
        };
        document.sections().iter().enumerate().filter_map(shown).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn headings_that_nothing_marks() {
        let text = "\
**Privacy**

Text.

**4. Legal basis**

Text.

**4.1 Consent**

Text.

2.3.4 Contract

Text.

OUR RIGHTS

Text.

**We stop here.**

**Go on**, please.

**one** **two**

Text.

OUR RIGHTS:

OUR RIGHTS.

**dpo@acme.example**

**[Privacy](#privacy)**

**Back to top**

Text.

**The last line**
";
        insta::assert_snapshot!(headings(Format::Markdown, text), @"
        3 Privacy inferred
        2 4. Legal basis inferred
          3 4.1 Consent inferred
            4 2.3.4 Contract inferred
        2 OUR RIGHTS inferred
          3 one two inferred
        ");
        // With two headings that are marked, a title that only reads like one is a paragraph.
        let by_words = "Your rights\n\nYou have some.\n\nYour duties\n\nYou have none.\n";
        assert_eq!(headings(Format::Markdown, by_words), "3 Your rights inferred\n3 Your duties inferred");
        assert_eq!(headings(Format::Markdown, &format!("# One\n\n{by_words}")).lines().count(), 3);
        assert_eq!(headings(Format::Markdown, &format!("# One\n\n## Two\n\n{by_words}")), "1 One\n  2 Two");
        // What stands below a marked heading goes below it.
        let below = "# One\n\n#### Two\n\nText.\n\n**Three**\n\nText.\n\n# Four\n\n**Five**\n\nText.\n";
        assert_eq!(
            headings(Format::Markdown, below),
            "1 One\n  4 Two\n    5 Three inferred\n1 Four\n  3 Five inferred"
        );
    }

    #[test]
    fn a_sentence_that_goes_on_in_the_next_paragraph_is_no_heading() {
        let found = |text: &str| headings(Format::Plain, text);
        assert_eq!(found("For a copy write to\n\nour privacy team.\n"), "");
        assert_eq!(found("For a copy you just\n\n- ask us\n"), "3 For a copy you just inferred");
        assert_eq!(found("Where to write to\n\nOur privacy team.\n"), "3 Where to write to inferred");
        assert_eq!(found("Where to write to\n\na@acme.example\n"), "3 Where to write to inferred");
        // Some write all of their text in small letters.
        assert_eq!(found("What we keep\n\nnames and such.\n"), "3 What we keep inferred");
        assert_eq!(found("Should you want a copy, write\n\nTo the team.\n"), "");
        assert_eq!(found("For a copy please write\n\nTo the team.\n"), "");
    }

    #[test]
    fn the_first_line_of_a_paragraph_is_a_heading_if_it_stands_out() {
        let text = "\
# Privacy

**Your rights**\\
You have **some** of them.

OUR COOKIES\\
None.

**Your** rights\\
You have some.

**Alone**

ABC\\
None.
";
        insta::assert_snapshot!(outline(Format::Markdown, text), @"
        sentence [Your rights < Privacy] {} You have some of them.
        sentence [OUR COOKIES < Privacy] {} None.
        sentence [OUR COOKIES < Privacy] {} Your rights
        sentence [OUR COOKIES < Privacy] {} You have some.
        sentence [Alone < OUR COOKIES < Privacy] {} ABC
        sentence [Alone < OUR COOKIES < Privacy] {} None.
        ");
    }

    #[test]
    fn paragraphs_with_a_mark_before_them_are_items() {
        let text = "\
# Privacy

We use:

• cookies

• pixels

Text.

(a) one

(b) two

4. Four

## More

• three
";
        insta::assert_snapshot!(outline(Format::Markdown, text), @"
        sentence [Privacy] {} We use:
        list-item [Privacy] {We use:} cookies
        list-item [Privacy] {We use:} pixels
        sentence [Privacy] {} Text.
        list-item [Privacy] {} one
        list-item [Privacy] {} two
        list-item [Privacy] {} Four
        list-item [More < Privacy] {} three
        ");
    }

    #[test]
    fn a_list_of_three_that_mostly_leads_to_headings_is_contents() {
        let page = |list: &str| {
            let text = format!(
                "# Privacy\n\n{list}\n\n## 1. Your *rights*!\n\nText.\n\n## Cookies\n\nText.\n\n## Ärger\n\nText.\n"
            );
            let source = SourceFile::new("a", text.as_bytes());
            let document = Document::parse(&source, Format::Markdown);
            document.contents().iter().map(|id| document.clause(*id).prose.text().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(page("- Your rights\n- COOKIES.\n- 3 ÄRGER"), ["Your rights", "COOKIES.", "3 ÄRGER"]);
        assert_eq!(page("- Your rights\n- Cookies"), [""; 0]);
        // One of four may lead nowhere, two of four may not.
        assert_eq!(page("- Your rights\n- Cookies\n- Other\n- Ärger").len(), 4);
        assert_eq!(page("- Other\n- Other\n- Your rights\n- Cookies\n- Ärger").len(), 5);
        assert_eq!(page("- Other\n- Other\n- Other\n- Your rights\n- Cookies\n- Ärger").len(), 0);
        assert_eq!(page("- Other\n- Other\n- Your rights\n- Cookies").len(), 0);
        // A link into the document is one where it is nearly all of the entry.
        assert_eq!(page("- [One](#1)\n- [Two](#2)\n- [Three](#3)").len(), 3);
        assert_eq!(page("- [Eight in](#1) x\n- [Two](#2)\n- [Three](#3)").len(), 3);
        assert_eq!(page("- [Seven i](#1) x y\n- [Two](#2)\n- no").len(), 0);
        assert_eq!(page("- [One](/1)\n- [Two](/2)\n- [Three](/3)").len(), 0);
    }

    #[test]
    fn what_introduces_a_list() {
        for announcing in [
            "We keep:",
            "We keep",
            "We keep the following data.",
            "See below.",
            "It goes as follows.",
            "THESE ARE the kinds.",
            "Data, including names.",
            "We include names.",
        ] {
            assert!(introduces(announcing), "{announcing}");
        }
        for other in ["We keep data.", "Do you?", "Stop!", "The best of it is thus bare.", "Follow us in."] {
            assert!(!introduces(other), "{other}");
        }
    }

    #[test]
    fn what_leads_elsewhere_states_nothing() {
        let kinds = |text: &str| {
            let source = SourceFile::new("a", text.as_bytes());
            let document = Document::parse(&source, Format::Markdown);
            document.clauses().iter().map(|clause| clause.kind.name()).collect::<Vec<_>>()
        };
        for navigation in [
            "[Read the terms](/terms)",
            "[Read the terms](/terms) |",
            "[Read the terms first.](/terms)",
            "[Read all of the terms](/terms)",
            "[Terms](/terms) [Cookies](/cookies)",
            "Back to top",
            "-- SKIP TO CONTENT --",
            "[one two three four five six seven eight](/terms)",
        ] {
            assert!(kinds(navigation).iter().all(|kind| *kind == "navigation"), "{navigation}");
        }
        for statement in [
            "[Read the terms](/terms) now",
            "[Read all of the terms.](/terms)",
            "[one two three four five six seven eight nine](/terms)",
            "[dpo@acme.example](/terms)",
            "[Write to us](mailto:dpo@acme.example)",
            "Back to the start",
        ] {
            assert_eq!(kinds(statement), ["sentence"], "{statement}");
        }
    }

    #[test]
    fn a_title_at_the_start_of_a_block_introduces_the_rest() {
        let text = "\
# Privacy

- Your right of access. You may ask us.
- It is a right that you have. You may ask us.
- **It is a right that you have.** You may ask us.

**Access.** You may ask us.

Access. You may ask us: where, and when. Or not.
";
        insta::assert_snapshot!(outline(Format::Markdown, text), @"
        list-item [Privacy] {} Your right of access.
        list-item [Privacy] {Your right of access.} You may ask us.
        list-item [Privacy] {} It is a right that you have.
        list-item [Privacy] {} You may ask us.
        list-item [Privacy] {} It is a right that you have.
        list-item [Privacy] {It is a right that you have.} You may ask us.
        sentence [Privacy] {} Access.
        sentence [Privacy] {Access.} You may ask us.
        sentence [Privacy] {} Access.
        sentence [Privacy] {} You may ask us: where, and when.
        sentence [Privacy] {} Or not.
        ");
    }

    #[test]
    fn what_introduces_is_bounded() {
        let depth = |list: &str| {
            let source = SourceFile::new("a", list.as_bytes());
            let document = Document::parse(&source, Format::Markdown);
            let clause = document.clauses().last().unwrap();
            clause.lead_in.iter().map(|id| document.clause(*id).prose.text().to_owned()).collect::<Vec<_>>()
        };
        let nested = |depth: usize| {
            (0..depth).map(|level| format!("{}- level {level} here\n", "  ".repeat(level))).collect::<String>()
        };
        assert_eq!(depth(&nested(DEEPEST)).len(), DEEPEST - 1);
        // What lies deeper is read as if it lay at the deepest level.
        assert_eq!(depth(&nested(DEEPEST + 3)).len(), DEEPEST - 1);
        // Of those that fit, the nearest.
        let long = |one: usize, two: usize| format!("- {}\n  - {}\n    - last\n", "x".repeat(one), "y".repeat(two));
        assert_eq!(depth(&long(1000, 1000)).len(), 2);
        assert_eq!(depth(&long(1001, 1000)), ["y".repeat(1000)]);
        assert_eq!(depth(&long(10, 2001)).len(), 0);
    }
}
