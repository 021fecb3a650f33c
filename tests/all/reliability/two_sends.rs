//! Two sends at once on the ledger of one folder: the second is told that the first is at work.

use super::post::{accepted, released};
use super::server::Server;
use super::{figure, quick_or_full, wait_until};

#[test]
fn the_second_is_refused_and_nothing_goes_twice() {
    let (people, seconds) = (quick_or_full(40, 400), quick_or_full(3, 20));
    let server = Server::start();
    let home = released(people, &server, "");
    server.hold(true);
    let mut first = home.start("send incident --worker first --quiet");
    wait_until("the first message", || server.count() > 0);
    for _ in 0..seconds {
        home.run("send incident --worker second").exits(3).says("another send (first) is at work").says("[send-in-progress]");
    }
    assert!(!first.is_over());
    server.hold(false);
    first.wait().exits(0);
    home.run("send incident --worker second").exits(0).prints("0 e-mails now");
    let taken = accepted(&server);
    assert_eq!((taken.len(), server.count()), (people, people), "everybody has one message");
    figure(&format!("two sends: {seconds} second sends refused while the first was at work, {people} messages, 0 accepted twice"));
}
