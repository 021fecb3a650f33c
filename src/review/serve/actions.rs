//! What reviewers do: comment, settle, approve.

use super::Asked;
use super::access::Session;
use super::board::Board;
use super::routes::{page, said, typed};
use crate::error::{Error, Finding, Place};
use crate::review::preview::{Message, ShownFinding};
use crate::review::{Event, Hand, record};
use axum::Extension;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;

/// Most characters of a passage that a comment quotes.
const LONGEST_QUOTE: usize = 400;

/// All comments, and the approval.
pub(super) async fn review(State(board): State<Arc<Board>>, Extension(session): Extension<Session>) -> Response {
    blocking(move || {
        page(&board, &session, |board, shown, around| {
            let stale = board.desk.stale(&shown.preview.contact_blocks, (board.clock.today)())?;
            board.pages.review(&shown.preview, around, &stale)
        })
    })
    .await
}

/// What this reviewer signs today, to be saved.
pub(super) async fn statement(
    State(board): State<Arc<Board>>,
    Extension(session): Extension<Session>,
    Form(form): Form<ApproveForm>,
) -> Response {
    blocking(move || match form.asked(&board, &session).map(|asked| board.desk.statement(&asked)) {
        Ok(Ok(statement)) => {
            let mut response = typed("text/plain; charset=utf-8", statement);
            let saved = HeaderValue::from_static("attachment; filename=\"statement.txt\"");
            response.headers_mut().insert(header::CONTENT_DISPOSITION, saved);
            response
        }
        Ok(Err(error)) => in_the_way(&board, &session, "There is nothing to sign", &error, StatusCode::CONFLICT),
        Err(refused) => *refused,
    })
    .await
}

#[derive(Deserialize)]
pub(super) struct CommentForm {
    csrf: String,
    language: String,
    paragraph: String,
    words: String,
    text: String,
    back: String,
}

/// A new comment.
pub(super) async fn comment(
    State(board): State<Arc<Board>>,
    Extension(session): Extension<Session>,
    Form(form): Form<CommentForm>,
) -> Response {
    let CommentForm { csrf, language, paragraph, words, text, back } = form;
    let event = Event::Comment { language, paragraph, words: words.trim().to_owned(), text: text.replace('\r', "") };
    blocking(move || recorded(&board, &session, &csrf, event, &back)).await
}

#[derive(Deserialize)]
pub(super) struct CommentActForm {
    csrf: String,
    act: String,
    text: String,
    back: String,
}

/// An answer to a comment, or what becomes of it. Words beside the button are not lost, whichever was pressed.
pub(super) async fn act_on_comment(
    State(board): State<Arc<Board>>,
    Extension(session): Extension<Session>,
    Path(number): Path<u32>,
    Form(form): Form<CommentActForm>,
) -> Response {
    let CommentActForm { csrf, act, text, back } = form;
    let answer = Event::Answer { comment: number, text: text.replace('\r', "") };
    let says_something = !text.trim().is_empty();
    let event = match act.as_str() {
        "settle" => Event::Settle { comment: number },
        "reopen" => Event::Reopen { comment: number },
        _ => return blocking(move || recorded(&board, &session, &csrf, answer, &back)).await,
    };
    blocking(move || {
        if says_something {
            let answered = recorded(&board, &session, &csrf, answer, &back);
            if answered.status() != StatusCode::SEE_OTHER {
                return answered;
            }
        }
        recorded(&board, &session, &csrf, event, &back)
    })
    .await
}

fn recorded(board: &Board, session: &Session, csrf: &str, event: Event, back: &str) -> Response {
    if let Some(refused) = refused(session, csrf) {
        return refused;
    }
    if let Err(error) = is_about_a_passage(board, &event) {
        return in_the_way(board, session, "This could not be kept", &error, StatusCode::CONFLICT);
    }
    let hand = Hand { by: session.reviewer.name.clone(), role: session.reviewer.role.clone(), at: (board.clock.now)() };
    match record(&board.folder, hand, event) {
        Ok(number) => {
            board.tell();
            let anchor = if back.contains('#') { "" } else { &format!("#comment-{number}") };
            see(&format!("{}{anchor}", page_of_ours(back)))
        }
        Err(error) => in_the_way(board, session, "This could not be kept", &error, StatusCode::CONFLICT),
    }
}

/// Refuses a comment on what no letter has.
fn is_about_a_passage(board: &Board, event: &Event) -> Result<(), Error> {
    let Event::Comment { language, paragraph, words, .. } = event else { return Ok(()) };
    let shown = board.shown();
    let known = shown
        .preview
        .wordings
        .iter()
        .filter(|wording| wording.card.language == *language)
        .any(|wording| paragraph.is_empty() || wording.passages.iter().any(|passage| passage.paragraph == *paragraph));
    if known && words.chars().count() <= LONGEST_QUOTE {
        return Ok(());
    }
    let reason = "the comment is about a passage that no letter has, or quotes too much of it";
    Err(Error::refused("comment-unusable", Place::file("your page"), reason, "load the page again, and comment on what stands there"))
}

#[derive(Deserialize)]
pub(super) struct ApproveForm {
    csrf: String,
    seen: String,
    /// `yes`, when the reviewer says that every wording was read.
    #[serde(default)]
    read: String,
    #[serde(default)]
    accept_stale: String,
    #[serde(default)]
    signature: String,
}

impl ApproveForm {
    /// What the form asks for, when it was made for this session.
    fn asked(self, board: &Board, session: &Session) -> Result<Asked, Box<Response>> {
        if let Some(refused) = refused(session, &self.csrf) {
            return Err(Box::new(refused));
        }
        let some = |text: String| Some(text.replace('\r', "")).filter(|text| !text.trim().is_empty());
        Ok(Asked {
            by: session.reviewer.name.clone(),
            role: session.reviewer.role.clone(),
            at: (board.clock.now)(),
            on: (board.clock.today)(),
            seen: self.seen,
            accept_stale: some(self.accept_stale).map(|reason| reason.trim().to_owned()),
            signature: some(self.signature),
        })
    }
}

/// Seals what the reviewer looked at; anything else is refused, with what changed.
pub(super) async fn approve(
    State(board): State<Arc<Board>>,
    Extension(session): Extension<Session>,
    Form(form): Form<ApproveForm>,
) -> Response {
    blocking(move || {
        let read = form.read == "yes";
        let asked = match form.asked(&board, &session) {
            Ok(asked) => asked,
            Err(refused) => return *refused,
        };
        let approved = if read { board.desk.approve(&asked) } else { Err(unread()) };
        // What lies on the disk may be newer than what is shown.
        board.remake();
        match approved {
            Ok(()) => see("review.html"),
            Err(error) if error.findings.iter().any(|finding| finding.code == "letter-changed") => {
                let error = letter_changed(board.changed_since(&asked.seen));
                in_the_way(&board, &session, "You looked at other letters", &error, StatusCode::CONFLICT)
            }
            Err(error) => in_the_way(&board, &session, "This cannot be approved", &error, StatusCode::CONFLICT),
        }
    })
    .await
}

fn unread() -> Error {
    Error::refused(
        "wordings-unread",
        Place::file("your page"),
        "you did not say that you have read every wording",
        "read them, and tick the box",
    )
}

fn letter_changed(what: String) -> Error {
    let hint = "read what changed, and approve again";
    Error::refused_all(vec![Finding::refuses("letter-changed", Place::file("your page"), what, hint)])
}

/// Somebody who only reads, or a form that was not made for this session.
fn refused(session: &Session, csrf: &str) -> Option<Response> {
    if session.reviewer.only_reads() {
        return Some(said(StatusCode::FORBIDDEN, "This link is for reading: ask for one with your name and role."));
    }
    (!session.sent(csrf)).then(|| said(StatusCode::FORBIDDEN, "The form is of an earlier run of the server: load the page again."))
}

fn in_the_way(board: &Board, session: &Session, headline: &str, error: &Error, status: StatusCode) -> Response {
    let message = Message {
        kind: "faults",
        headline: headline.to_owned(),
        findings: error.findings.iter().map(ShownFinding::from).collect(),
        back: "review.html".to_owned(),
        back_in_words: "Back to comments and approval".to_owned(),
    };
    let mut response = page(board, session, |board, shown, around| board.pages.message(&shown.preview, around, &message));
    *response.status_mut() = status;
    response
}

/// A page of ours to go back to; the overview for anything else.
fn page_of_ours(back: &str) -> &str {
    let plain = back.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-./#".contains(&byte));
    let ours = plain && !back.starts_with(['/', '.']) && !back.contains("..") && !back.contains("//");
    if ours { back } else { "index.html" }
}

fn see(page: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(place) = HeaderValue::from_str(&format!("/{page}")) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

/// Work that reads or writes files, away from the threads that answer.
async fn blocking(work: impl FnOnce() -> Response + Send + 'static) -> Response {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| said(StatusCode::INTERNAL_SERVER_ERROR, "A bug of ours: nothing was changed."))
}

#[cfg(test)]
mod tests {
    use super::page_of_ours;

    #[test]
    fn only_pages_of_ours_are_gone_back_to() {
        for page in ["review.html", "wording-03/index.html#passage-12", "review.html#comment-4"] {
            assert_eq!(page_of_ours(page), page);
        }
        for page in ["//evil.example", "http://evil.example", "/review.html", "../x", "a\r\nb", "javascript:x"] {
            assert_eq!(page_of_ours(page), "index.html", "{page}");
        }
    }
}
