//! What a preview shows, as HTML.

use super::{Preview, ShownFinding, ShownWording};
use crate::compose::with_separators;
use crate::error::{Error, Result};
use crate::review::{Comment, NAMESPACE};
use serde::Serialize;
use std::collections::BTreeMap;
use tera::{Context, Kwargs, State as TeraState, Tera};

const TEMPLATES: [(&str, &str); 9] = [
    ("base.html", include_str!("pages/base.html")),
    ("comment.html", include_str!("pages/comment.html")),
    ("coverage.html", include_str!("pages/coverage.html")),
    ("finding.html", include_str!("pages/finding.html")),
    ("message.html", include_str!("pages/message.html")),
    ("overview.html", include_str!("pages/overview.html")),
    ("review.html", include_str!("pages/review.html")),
    ("standing.html", include_str!("pages/standing.html")),
    ("wording.html", include_str!("pages/wording.html")),
];

/// The look of every page.
pub const STYLE: &str = include_str!("pages/style.css");
/// What pages do beyond being read; they are whole without it.
pub const SCRIPT: &str = include_str!("pages/reviewer.js");

/// Who looks at a page, and how.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Viewer {
    /// Behind the server, not in a folder.
    pub live: bool,
    /// Name of the reviewer; empty for a reader.
    pub name: String,
    /// Role of the reviewer.
    pub role: String,
    /// Whether the viewer may comment and approve.
    pub may_comment: bool,
    /// What every form carries.
    pub csrf: String,
    /// Moment of the server at which the page was made.
    pub moment: String,
}

/// A word to the viewer after something was asked for.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// `done` or `faults`: how it looks.
    pub kind: &'static str,
    /// In a few words.
    pub headline: String,
    /// What is in the way.
    pub findings: Vec<ShownFinding>,
    /// Page to go on with.
    pub back: String,
    /// The same in words.
    pub back_in_words: String,
}

/// What a page is made of, beside what it shows of the letters.
pub struct Around<'a> {
    /// Who looks.
    pub viewer: &'a Viewer,
    /// Everything that reviewers said.
    pub comments: &'a [Comment],
    /// Why the files on disk cannot be rendered; none when what is shown is what is there.
    pub trouble: &'a [ShownFinding],
}

/// The pages.
pub struct Pages {
    tera: Tera,
}

impl Pages {
    /// Parses the templates of pages.
    ///
    /// # Errors
    /// A bug of ours when one cannot be parsed.
    pub fn new() -> Result<Pages> {
        let mut tera = Tera::default();
        tera.register_filter("thousands", |value: u64, _: Kwargs, _: &TeraState<'_>| with_separators(value));
        tera.add_raw_templates(TEMPLATES).map_err(|error| Error::bug(format!("a page of the preview cannot be parsed: {error}")))?;
        Ok(Pages { tera })
    }

    /// The overview.
    ///
    /// # Errors
    /// A bug of ours, as of every page.
    pub fn overview(&self, preview: &Preview, around: &Around<'_>) -> Result<String> {
        let mut context = context(preview, around, "overview", "");
        context.insert("counts", &open_by_folder(preview, around.comments));
        context.insert("clocks", &preview.clocks);
        context.insert("notices", &preview.notices);
        self.render("overview.html", &context)
    }

    /// Which variant carries which paragraph.
    ///
    /// # Errors
    /// As [`Pages::overview`].
    pub fn coverage(&self, preview: &Preview, around: &Around<'_>) -> Result<String> {
        let mut context = context(preview, around, "coverage", "");
        context.insert("coverage", &preview.coverage);
        self.render("coverage.html", &context)
    }

    /// The page of one variant.
    ///
    /// # Errors
    /// As [`Pages::overview`].
    pub fn wording(&self, preview: &Preview, wording: &ShownWording, around: &Around<'_>) -> Result<String> {
        let mut context = context(preview, around, "wording", "../");
        let number = wording.card.number;
        let folder = |number: usize| preview.wordings.get(number.wrapping_sub(1)).map(|other| other.card.folder.as_str());
        let comments: Vec<Said> = around.comments.iter().filter(|comment| comment.language == wording.card.language).map(said).collect();
        context.insert("wording", wording);
        context.insert("lacking", &wording.checklist.iter().filter(|rule| rule.verdict == "lacks").collect::<Vec<_>>());
        context.insert("pages", &(1..=wording.card.pages).collect::<Vec<_>>());
        context.insert("before", &folder(number - 1));
        context.insert("after", &folder(number + 1));
        context.insert("comments", &comments);
        context.insert("back", &format!("{}/index.html", wording.card.folder));
        self.render("wording.html", &context)
    }

    /// All comments, and the approval; `stale` are contact blocks that no check counts for, in words.
    ///
    /// # Errors
    /// As [`Pages::overview`].
    pub fn review(&self, preview: &Preview, around: &Around<'_>, stale: &[String]) -> Result<String> {
        let mut context = context(preview, around, "review", "");
        context.insert("comments", &around.comments.iter().map(said).collect::<Vec<_>>());
        context.insert("back", "review.html");
        context.insert("stale", stale);
        context.insert("must_sign", &preview.must_sign);
        context.insert("namespace", NAMESPACE);
        self.render("review.html", &context)
    }

    /// A page that says one thing.
    ///
    /// # Errors
    /// As [`Pages::overview`].
    pub fn message(&self, preview: &Preview, around: &Around<'_>, message: &Message) -> Result<String> {
        let mut context = context(preview, around, "message", "");
        context.insert("message", message);
        self.render("message.html", &context)
    }

    fn render(&self, name: &str, context: &Context) -> Result<String> {
        self.tera.render(name, context).map_err(|error| Error::bug(format!("the page {name} cannot be made: {error:?}")))
    }
}

fn context(preview: &Preview, around: &Around<'_>, here: &str, root: &str) -> Context {
    let mut context = Context::new();
    context.insert("state", &preview.state);
    context.insert("version", &preview.version);
    context.insert("sealed", &preview.state.cards.iter().any(|card| !card.since_seal.is_empty()));
    context.insert("viewer", around.viewer);
    context.insert("trouble", around.trouble);
    context.insert("open", &around.comments.iter().filter(|comment| comment.settled.is_none()).count());
    context.insert("here", here);
    context.insert("root", root);
    context
}

/// A comment as pages show it.
#[derive(Serialize)]
struct Said<'a> {
    number: u32,
    language: &'a str,
    paragraph: &'a str,
    words: &'a str,
    remarks: Vec<SaidRemark<'a>>,
    settled: Option<SaidRemark<'a>>,
}

#[derive(Serialize)]
struct SaidRemark<'a> {
    by: &'a str,
    role: &'a str,
    at: String,
    lines: Vec<&'a str>,
}

fn said(comment: &Comment) -> Said<'_> {
    let at = |at: jiff::Timestamp| at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    Said {
        number: comment.number,
        language: &comment.language,
        paragraph: &comment.paragraph,
        words: &comment.words,
        remarks: comment
            .remarks
            .iter()
            .map(|remark| SaidRemark {
                by: &remark.hand.by,
                role: &remark.hand.role,
                at: at(remark.hand.at),
                lines: remark.text.lines().collect(),
            })
            .collect(),
        settled: comment.settled.as_ref().map(|hand| SaidRemark { by: &hand.by, role: &hand.role, at: at(hand.at), lines: Vec::new() }),
    }
}

/// How many open comments there are on paragraphs of each variant, in words, by the folder of its page.
fn open_by_folder(preview: &Preview, comments: &[Comment]) -> BTreeMap<String, String> {
    let about = |wording: &ShownWording| {
        let carries = |comment: &&Comment| wording.passages.iter().any(|passage| passage.paragraph == comment.paragraph);
        let open = comments.iter().filter(|comment| comment.settled.is_none() && comment.language == wording.card.language);
        open.filter(carries).count()
    };
    let told = |open: usize| if open == 0 { String::new() } else { format!("{open} open") };
    preview.wordings.iter().map(|wording| (wording.card.folder.clone(), told(about(wording)))).collect()
}
