//! The line to a mail server: what is said, and the replies that are heard (RFC 5321, 4.2). Commands and codes are the mail library's.

use lettre::transport::smtp::response::Response;
use memchr::memmem;
use std::borrow::Cow;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};

/// Bytes of a reply: a server that never ends one must not fill the memory.
const LONGEST_REPLY: usize = 64 * 1024;

/// Why no reply was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unheard {
    /// The connection is gone.
    Lost,
    /// What was heard is no reply.
    Unusable,
}

/// Bytes both ways, protected or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

/// A line on which one side speaks, then the other.
pub(super) struct Connection<S> {
    stream: BufReader<S>,
}

impl<S: Stream> Connection<S> {
    pub(super) fn over(stream: S) -> Connection<S> {
        Connection { stream: BufReader::new(stream) }
    }

    /// The stream, when nothing was heard that nobody asked for: what comes before TLS must not pass for what is said under it (RFC
    /// 3207, 5).
    pub(super) fn into_stream(self) -> Option<S> {
        self.stream.buffer().is_empty().then(|| self.stream.into_inner())
    }

    /// Says a command, several, or a part of a message; all of it has left this side when this returns.
    pub(super) async fn say(&mut self, words: &[u8]) -> Result<(), Unheard> {
        self.stream.write_all(words).await.map_err(|_| Unheard::Lost)?;
        self.stream.flush().await.map_err(|_| Unheard::Lost)
    }

    /// The next reply.
    pub(super) async fn hear(&mut self) -> Result<Response, Unheard> {
        let mut reply = String::new();
        while reply.len() < LONGEST_REPLY {
            let mut line = Vec::new();
            let heard = (&mut self.stream).take(LONGEST_REPLY as u64).read_until(b'\n', &mut line).await;
            if heard.is_err() || line.is_empty() {
                return Err(Unheard::Lost);
            }
            // A server's own words may be in any encoding; only the code counts.
            let line = String::from_utf8_lossy(line.trim_ascii_end());
            reply.push_str(&line);
            // A code without words is a reply too.
            reply.push_str(if line.len() == 3 { " \r\n" } else { "\r\n" });
            if line.as_bytes().get(3) != Some(&b'-') {
                return reply.parse().map_err(|_| Unheard::Unusable);
            }
        }
        Err(Unheard::Unusable)
    }

    /// Says a command and hears the reply.
    pub(super) async fn ask(&mut self, command: impl ToString) -> Result<Response, Unheard> {
        self.say(command.to_string().as_bytes()).await?;
        self.hear().await
    }
}

/// A message as it is said: a line that begins with a dot has a second one (RFC 5321, 4.5.2).
pub(super) fn dotted(message: &[u8]) -> Cow<'_, [u8]> {
    let first = message.starts_with(b".").then_some(0);
    let dots: Vec<usize> = first.into_iter().chain(memmem::find_iter(message, b"\r\n.").map(|end| end + 2)).collect();
    if dots.is_empty() {
        return Cow::Borrowed(message);
    }
    let mut dotted = Vec::with_capacity(message.len() + dots.len());
    let mut from = 0;
    for dot in dots {
        dotted.extend_from_slice(&message[from..=dot]);
        from = dot;
    }
    dotted.extend_from_slice(&message[from..]);
    Cow::Owned(dotted)
}

/// What ends a message: the last dot on a line of its own.
pub(super) fn last_dot(message: &[u8]) -> &'static str {
    if message.ends_with(b"\r\n") { ".\r\n" } else { "\r\n.\r\n" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::duplex;

    /// The replies, and what came instead of one.
    fn heard(said: &[u8]) -> String {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (near, mut far) = duplex(2 * LONGEST_REPLY);
            far.write_all(said).await.unwrap();
            drop(far);
            let mut connection = Connection::over(near);
            let mut replies = String::new();
            loop {
                match connection.hear().await {
                    Ok(reply) => replies += &format!("{} {}, ", reply.code(), reply.message().collect::<Vec<_>>().join("|")),
                    Err(unheard) => return replies + &format!("{unheard:?}"),
                }
            }
        })
    }

    #[test]
    fn replies_are_heard_however_a_server_writes_them() {
        let cases: [(&[u8], &str); 10] = [
            (b"250 ok\r\n", "250 ok, Lost"),
            (b"250\r\n", "250 , Lost"),
            (b"250 ok\n", "250 ok, Lost"),
            (b"250-one\r\n250-two\r\n250 three\r\n354 go\r\n", "250 one|two|three, 354 go, Lost"),
            (b"250 angenommen f\xfcr\r\n", "250 angenommen f\u{fffd}r, Lost"),
            (b"250-one\r\n251 two\r\n", "Unusable"),
            (b"hello\r\n", "Unusable"),
            (b"\r\n", "Unusable"),
            (b"250-one\r\n", "Lost"),
            (b"", "Lost"),
        ];
        for (said, expected) in cases {
            assert_eq!(heard(said), expected, "{}", String::from_utf8_lossy(said));
        }
    }

    #[test]
    fn a_reply_without_an_end_is_given_up() {
        assert_eq!(heard(&[b'2'; 2 * LONGEST_REPLY]), "Unusable");
        assert_eq!(heard(&b"250-more\r\n".repeat(LONGEST_REPLY / 9)), "Unusable");
    }

    #[test]
    fn a_dot_at_the_beginning_of_a_line_is_said_twice() {
        for (message, expected) in
            [("a\r\nb.\r\n", "a\r\nb.\r\n"), (".a\r\n.\r\n..b", "..a\r\n..\r\n...b"), ("\r\n.\r\n", "\r\n..\r\n"), (".", ".."), ("", "")]
        {
            assert_eq!(String::from_utf8_lossy(&dotted(message.as_bytes())), expected);
        }
        assert_eq!((last_dot(b"a\r\n"), last_dot(b"a"), last_dot(b"")), (".\r\n", "\r\n.\r\n", "\r\n.\r\n"));
    }
}
