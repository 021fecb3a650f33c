//! Notices that go to nobody by name, as they read, and what they must hold.

use super::COMPOSER;
use crate::compose::{NoticeFacts, NoticeKind, fixture};
use crate::incident::{Language, ProviderIndex};
use crate::intake::{Element, Elements};
use jiff::civil::date;

fn facts(kind: NoticeKind) -> NoticeFacts {
    let mut elements = Elements::default();
    [Element::Name, Element::Ssn, Element::Diagnosis].into_iter().for_each(|element| elements.insert(element));
    let of_agencies = kind == NoticeKind::ConsumerReportingAgencies;
    NoticeFacts {
        provider: ProviderIndex(0),
        state: (kind == NoticeKind::Media).then(|| "Michigan".to_owned()),
        elements,
        first: of_agencies.then_some(date(2025, 4, 21)),
        last: of_agencies.then_some(date(2025, 4, 25)),
        letters: if of_agencies { 2_401 } else { 0 },
        emails: if of_agencies { 12 } else { 0 },
        residents: if of_agencies { vec![("Indiana".into(), 1_203), ("Michigan".into(), 1_210)] } else { Vec::new() },
    }
}

#[test]
fn every_notice_reads_as_approved_and_holds_what_it_must() {
    for (kind, language) in NoticeKind::ALL.into_iter().flat_map(|kind| Language::ALL.map(|language| (kind, language))) {
        let notice = COMPOSER.notice(&fixture::incident(), kind, language, &facts(kind)).unwrap();
        if (kind, language) == (NoticeKind::ConsumerReportingAgencies, Language::Spanish) {
            assert!(notice.is_none(), "the agencies are written to in English");
            continue;
        }
        let notice = notice.unwrap();
        assert_eq!(notice.lacks, [""; 0], "{kind:?} {language:?}");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("notice_{}_{}", kind.id(), language.tag()), notice.text.to_text());
        });
    }
}

#[test]
fn the_agencies_are_told_the_days_that_are_known() {
    for (first, last, told) in [
        (None, None, "The notices are to go out on "),
        (Some(date(2025, 4, 21)), None, "The first notices went out on April 21, 2025. Others follow."),
        (Some(date(2025, 4, 21)), Some(date(2025, 4, 25)), "The notices went out from April 21, 2025 to April 25, 2025."),
        (Some(date(2025, 4, 21)), Some(date(2025, 4, 21)), "The notices went out on April 21, 2025."),
    ] {
        let kind = NoticeKind::ConsumerReportingAgencies;
        let notice = COMPOSER.notice(&fixture::incident(), kind, Language::English, &NoticeFacts { first, last, ..facts(kind) });
        let text = notice.unwrap().unwrap().text.to_text();
        assert!(text.contains(told), "{told}: {text}");
    }
}
