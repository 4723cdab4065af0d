//! Blocks: what every reader makes of its format, and all that [`super::structure`] sees of it.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Comment;
use super::prose::{BlockText, Prose};

/// What a reader makes of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Content {
    pub(super) blocks: Vec<Block>,
    /// What the author wrote for those who edit the file, and no reader of it sees.
    pub(super) comments: Vec<Comment>,
    /// The names that links into the page can lead to, as the format gives them.
    pub(super) anchors: BTreeSet<String>,
    /// What is shown, or may be, and is no text: images, forms, scripts, hidden elements. Ranges of the source text, in
    /// the order of the file.
    pub(super) unread: Vec<Range<usize>>,
}

/// A heading, paragraph, list item or table row, in the order of the document.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) kind: BlockKind,
    pub(super) text: BlockText,
}

#[derive(Clone, Debug)]
pub(super) enum BlockKind {
    /// A heading by the format's own marks; 1 is the highest level.
    Heading(u8),
    /// A paragraph outside of lists.
    Paragraph,
    /// A list item, or a further paragraph of one. `list` tells lists apart, `depth` counts from 1.
    Item { list: usize, depth: usize, part: ItemPart },
    /// The column headers of a table, joined; `table` tells tables apart.
    Header { table: usize },
    /// A table row, its cells already joined; `table` is the one whose headers stand over it, if any do.
    Row { table: Option<usize> },
    /// A term of a definition list, which introduces what follows.
    Term,
}

/// Whether a block opens its list item or goes on with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemPart {
    First,
    Further,
}

impl Block {
    pub(super) fn new(kind: BlockKind, text: BlockText) -> Self {
        Self { kind, text }
    }
}

impl Block {
    /// A row of a table, of which only the prose matters.
    pub(super) fn row(kind: BlockKind, prose: Prose) -> Self {
        Self { kind, text: BlockText { prose, ..BlockText::default() } }
    }
}
