//! The addresses of the server, and the headers of every answer.

use super::access::{Session, is_meant_for_us};
use super::actions;
use super::board::{Board, Shown};
use crate::error::Result;
use crate::review::preview::{Around, SCRIPT, STYLE, Viewer};
use crate::review::{Comment, comments};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Nothing is loaded from elsewhere, nothing runs that is not ours, nobody frames a page.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// E-mails and notices bring their style along, and nothing else.
const OWN_STYLE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Bytes that a form may have.
const LARGEST_FORM: usize = 64 * 1024;
/// How long a page waits for news before it asks again.
const PATIENCE: Duration = Duration::from_secs(25);

pub(super) fn router(board: Arc<Board>) -> Router {
    Router::new()
        .route("/", get(overview))
        .route("/index.html", get(overview))
        .route("/coverage.html", get(coverage))
        .route("/review.html", get(actions::review))
        .route("/statement.txt", post(actions::statement))
        .route("/comments", post(actions::comment))
        .route("/comments/{number}", post(actions::act_on_comment))
        .route("/approve", post(actions::approve))
        .route("/moment", get(moment))
        .route("/notices/{file}", get(notice))
        .route("/{folder}/{file}", get(of_wording))
        .layer(middleware::from_fn_with_state(Arc::clone(&board), only_reviewers))
        // Open to everybody who reaches the machine: they tell nothing.
        .route("/enter", get(enter))
        .route("/style.css", get(|| async { typed("text/css; charset=utf-8", STYLE) }))
        .route("/reviewer.js", get(|| async { typed("text/javascript; charset=utf-8", SCRIPT) }))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .fallback(|| async { said(StatusCode::NOT_FOUND, "There is no such page.") })
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(middleware::from_fn(guarded))
        .with_state(board)
}

/// Refuses what is not meant for this server, and puts the headers on what it answers.
async fn guarded(request: Request, next: Next) -> Response {
    let mut response = if is_meant_for_us(request.headers()) {
        next.run(request).await
    } else {
        said(StatusCode::MISDIRECTED_REQUEST, "This server answers to localhost alone, and to its own pages.")
    };
    let headers = response.headers_mut();
    let mut put = |name, value| _ = headers.entry(name).or_insert(HeaderValue::from_static(value));
    put(header::CONTENT_SECURITY_POLICY, POLICY);
    put(header::CACHE_CONTROL, "no-store");
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::REFERRER_POLICY, "same-origin");
    put(header::X_FRAME_OPTIONS, "DENY");
    response
}

async fn only_reviewers(State(board): State<Arc<Board>>, mut request: Request, next: Next) -> Response {
    match board.reviewers.by_cookie(request.headers()).cloned() {
        Some(session) => {
            request.extensions_mut().insert(session);
            next.run(request).await
        }
        None => said(StatusCode::UNAUTHORIZED, "Open the link that the terminal shows for you: this page is for reviewers."),
    }
}

/// Lets a reviewer in. The page goes on by itself: a cookie of this strictness is not sent with a redirect from another site.
async fn enter(State(board): State<Arc<Board>>, Query(query): Query<BTreeMap<String, String>>) -> Response {
    let token = query.get("token").map(String::as_str).unwrap_or_default();
    let Some(session) = board.reviewers.by_token(token) else {
        return said(
            StatusCode::UNAUTHORIZED,
            "This link is of an earlier run of the server, or not complete: the terminal shows the right one.",
        );
    };
    let page = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Welcome</title>\
                <meta http-equiv=\"refresh\" content=\"0; url=index.html\"></head>\
                <body><main><h1>Welcome</h1><p><a href=\"index.html\">To the letters</a></p></main></body></html>\n";
    let mut response = typed("text/html; charset=utf-8", page);
    if let Ok(cookie) = HeaderValue::from_str(&session.set_cookie()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Waits until something is otherwise than at the moment that a page was made, and gives the new moment.
async fn moment(State(board): State<Arc<Board>>, Query(query): Query<BTreeMap<String, String>>) -> Response {
    let since: Option<u64> = query.get("since").and_then(|since| since.parse().ok());
    let mut moment = board.moment();
    let changed = moment.wait_for(|now| Some(*now) != since);
    // Nothing new: the same moment again.
    let now = match tokio::time::timeout(PATIENCE, changed).await {
        Ok(Ok(now)) => now.to_string(),
        _ => since.unwrap_or_default().to_string(),
    };
    typed("text/plain; charset=utf-8", now)
}

async fn overview(State(board): State<Arc<Board>>, session: axum::Extension<Session>) -> Response {
    page(&board, &session, |board, shown, around| board.pages.overview(&shown.preview, around))
}

async fn coverage(State(board): State<Arc<Board>>, session: axum::Extension<Session>) -> Response {
    page(&board, &session, |board, shown, around| board.pages.coverage(&shown.preview, around))
}

/// A notice that goes to nobody by name.
async fn notice(State(board): State<Arc<Board>>, Path(file): Path<String>) -> Response {
    match board.shown().preview.notices.iter().find(|notice| notice.file == file) {
        Some(notice) => with_own_style(notice.html.clone()),
        None => said(StatusCode::NOT_FOUND, "There is no such notice, or there is none any more: go back to the overview."),
    }
}

/// A page that brings its style along, and nothing else.
fn with_own_style(html: String) -> Response {
    let mut response = typed("text/html; charset=utf-8", html);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(OWN_STYLE_POLICY));
    response
}

/// A page or a file of one variant.
async fn of_wording(
    State(board): State<Arc<Board>>,
    session: axum::Extension<Session>,
    Path((folder, file)): Path<(String, String)>,
) -> Response {
    let shown = board.shown();
    let Some(place) = shown.preview.wordings.iter().position(|wording| wording.card.folder == folder) else {
        return said(StatusCode::NOT_FOUND, "There is no such wording, or there is none any more: go back to the overview.");
    };
    let files = &shown.preview.files[place];
    match file.as_str() {
        "index.html" => page(&board, &session, |board, shown, around| match shown.preview.wordings.get(place) {
            Some(wording) => board.pages.wording(&shown.preview, wording, around),
            None => board.pages.overview(&shown.preview, around),
        }),
        "letter.pdf" => typed("application/pdf", files.pdf.clone()),
        "letter-large.pdf" => match &files.large_pdf {
            Some(pdf) => typed("application/pdf", pdf.clone()),
            None => said(StatusCode::NOT_FOUND, "Nobody asked for large print of this wording."),
        },
        "email.txt" => typed("text/plain; charset=utf-8", files.email_text.clone()),
        "email.html" => with_own_style(files.email_html.clone()),
        file => match file.strip_prefix("page-").and_then(|page| page.strip_suffix(".png")?.parse::<usize>().ok()?.checked_sub(1)) {
            Some(page) => picture(board, place, page).await,
            None => said(StatusCode::NOT_FOUND, "There is no such file."),
        },
    }
}

async fn picture(board: Arc<Board>, wording: usize, page: usize) -> Response {
    match tokio::task::spawn_blocking(move || board.picture(wording, page)).await {
        Ok(Ok(Some(picture))) => typed("image/png", picture.to_vec()),
        Ok(Ok(None)) => said(StatusCode::NOT_FOUND, "There is no such page."),
        _ => said(StatusCode::INTERNAL_SERVER_ERROR, "The page cannot be drawn: a bug of ours."),
    }
}

/// Makes a page for a viewer, of what is shown and said at one moment.
pub(super) fn page(board: &Board, session: &Session, make: impl FnOnce(&Board, &Shown, &Around<'_>) -> Result<String>) -> Response {
    // Before what is shown: a change in between makes the page load once too often, never once too few.
    let moment = board.moment().borrow().to_string();
    let shown = board.shown();
    let made = comments(&board.folder).and_then(|comments: Vec<Comment>| {
        let viewer = viewer(session, moment);
        make(board, &shown, &Around { viewer: &viewer, comments: &comments, trouble: &shown.trouble })
    });
    match made {
        Ok(page) => typed("text/html; charset=utf-8", page),
        Err(error) => {
            let told: Vec<String> = error.findings.iter().map(|finding| format!("{finding}\nWhat to do: {}", finding.hint)).collect();
            said(StatusCode::INTERNAL_SERVER_ERROR, &told.join("\n\n"))
        }
    }
}

fn viewer(session: &Session, moment: String) -> Viewer {
    let reviewer = &session.reviewer;
    Viewer {
        live: true,
        name: if reviewer.only_reads() { "reader".to_owned() } else { reviewer.name.clone() },
        role: reviewer.role.clone(),
        may_comment: !reviewer.only_reads(),
        csrf: session.csrf.clone(),
        moment,
    }
}

pub(super) fn typed(kind: &'static str, body: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, kind)], body.into()).into_response()
}

pub(super) fn said(status: StatusCode, text: &str) -> Response {
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))]);
    (status, headers, format!("{text}\n")).into_response()
}
