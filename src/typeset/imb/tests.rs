//! The encoder against other encoders, and what it refuses.

use super::*;
use proptest::prelude::*;

const TRACKING: &str = "01234567094987654321";

fn bars(tracking: &str, routing: &str) -> String {
    encode(tracking, routing).unwrap().map(Bar::letter).iter().collect()
}

#[test]
fn every_vector_of_other_encoders_is_met() {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(include_bytes!("vectors.csv").as_slice());
    let vectors: Vec<(String, String, String)> = reader.deserialize().map(Result::unwrap).collect();
    assert!(vectors.len() >= 60);
    for (tracking, routing, wanted) in vectors {
        assert_eq!(bars(&tracking, &routing), wanted, "{tracking} {routing}");
    }
}

#[test]
fn the_steps_are_those_of_the_standard() {
    let number = number(TRACKING, "01234567891").unwrap();
    assert_eq!((number, frame_check(number)), (0x1_6907_B2A2_4ABC_16A2_E5C0_04B1, 0x751));
    let wanted = [0x0DCB, 0x085C, 0x08E4, 0x0B06, 0x06DD, 0x1740, 0x17C6, 0x1200, 0x123F, 0x1B2B];
    assert_eq!(characters(number), wanted);
    assert_eq!((&FIVE_OF_13[..4], FIVE_OF_13[1286]), (&[31, 7936, 47, 7808][..], 496));
    assert_eq!((&TWO_OF_13[..4], TWO_OF_13[77]), (&[3, 6144, 5, 5120][..], 160));
}

#[test]
fn each_bit_of_each_character_makes_one_half_bar() {
    let mut bits: Vec<(u8, u8)> = PLACES.iter().flat_map(|[a, b, c, d]| [(*a, *b), (*c, *d)]).collect();
    bits.sort_unstable();
    assert_eq!(bits, (0..10).flat_map(|character| (0..13).map(move |bit| (character, bit))).collect::<Vec<_>>());
}

#[test]
fn wrong_codes_are_refused() {
    for (tracking, routing, fault) in [
        ("05234567094987654321", "", ImbFault::BarcodeIdentifier),
        ("09234567094987654321", "01234", ImbFault::BarcodeIdentifier),
        ("012345670949876543210", "", ImbFault::Tracking),
        ("0123456709498765432", "", ImbFault::Tracking),
        ("0123456709498765432A", "", ImbFault::Tracking),
        ("", "01234", ImbFault::Tracking),
        (TRACKING, "0123", ImbFault::Routing),
        (TRACKING, "0123456", ImbFault::Routing),
        (TRACKING, "012345678912", ImbFault::Routing),
        (TRACKING, "0123A", ImbFault::Routing),
        (TRACKING, "01234-567", ImbFault::Routing),
        (TRACKING, "٠١", ImbFault::Routing),
    ] {
        assert_eq!(encode(tracking, routing), Err(fault), "{tracking} {routing}");
    }
}

#[test]
fn a_mailer_gives_tracking_codes_of_first_class_mail_only() {
    let tracking = |service: &str, id: &str, first: u32, piece: u32| Mailer::new(service, id, first)?.tracking(piece);
    assert_eq!(tracking("270", "123456", 0, 7).as_deref(), Ok("00270123456000000007"));
    assert_eq!(tracking("314", "912345678", 500_000, 7).as_deref(), Ok("00314912345678500007"));
    for (service, id, first, piece, fault) in [
        ("301", "123456", 0, 1, ImbFault::MarketingMail),
        ("311", "123456", 0, 1, ImbFault::MarketingMail),
        ("261", "123456", 0, 1, ImbFault::MarketingMail),
        ("271", "123456", 0, 1, ImbFault::MarketingMail),
        ("27", "123456", 0, 1, ImbFault::ServiceType),
        ("27O", "123456", 0, 1, ImbFault::ServiceType),
        ("270", "923456", 0, 1, ImbFault::MailerId),
        ("270", "123456789", 0, 1, ImbFault::MailerId),
        ("270", "12345", 0, 1, ImbFault::MailerId),
        ("270", "912345678", 1_000_000, 1, ImbFault::Serial),
        ("270", "912345678", 999_999, 1, ImbFault::Serial),
    ] {
        assert_eq!(tracking(service, id, first, piece), Err(fault), "{service} {id} {first} {piece}");
    }
}

#[test]
fn geometry_keeps_the_bounds_of_the_standard() {
    let inches = |dots: u32| dots as f32 / 600.0;
    assert!((20.0..=24.0).contains(&(1.0 / inches(PITCH))) && (0.015..=0.025).contains(&inches(BAR_WIDTH)));
    assert!((0.012..=0.040).contains(&inches(PITCH - BAR_WIDTH)));
    let height = |bar: Bar| inches(bar.ends().1 - bar.ends().0);
    assert!((0.039..=0.057).contains(&height(Bar::Tracker)) && (0.125..=0.165).contains(&height(Bar::Full)));
    assert!([Bar::Ascender, Bar::Descender].map(height).iter().all(|height| (0.082..=0.111).contains(height)));
    assert_eq!(Bar::Full.ends(), (Bar::Descender.ends().0, Bar::Ascender.ends().1));
}

#[test]
fn only_what_is_surely_a_zip_code_routes() {
    let table = [
        ("ANYTOWN OH 43001", Some("43001")),
        ("ANYTOWN OH 43001-1234", Some("43001")),
        ("FRANCE", None),
        ("75005 PARIS", None),
        ("TORONTO ON  M5V 3L9", None),
        ("OH 4300", None),
        ("OH 43001-12", None),
        ("", None),
    ];
    for (line, wanted) in table {
        assert_eq!(routing(line), wanted, "{line}");
    }
}

proptest! {
    #[test]
    fn different_codes_give_different_bars(one in "[0-9][0-4][0-9]{18}", other in "[0-9][0-4][0-9]{18}", routing in "([0-9]{5}([0-9]{4}([0-9]{2})?)?)?") {
        prop_assert_eq!(one == other, bars(&one, &routing) == bars(&other, &routing));
    }
}
