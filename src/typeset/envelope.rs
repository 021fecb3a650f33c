//! Envelope profiles: where the two address blocks may stand, and what must stay clear.
//!
//! The arithmetic of slipping: a sheet point (x, y) shows at (x + dx, y + dy) with `0 <= dx <= play_x` and `0 <= dy <= play_y`,
//! where `dy = play_y` when the sheet rests on the envelope's bottom edge.

use super::unit::{Pt, Rect};
use crate::error::{Error, Place, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The areas of page 1 that an envelope's windows can show.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvelopeProfile {
    /// Key in envelopes.toml.
    pub id: String,
    /// Where the recipient's block must lie: visible whenever the sheet rests on the envelope's bottom edge.
    pub recipient: Rect,
    /// Where the return address must lie; absent when it is printed on the envelope.
    pub return_address: Option<Rect>,
    /// Everything that a window can show at any position of the sheet: nothing else may stand here.
    pub keep_clear: Vec<Rect>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileEntry {
    #[allow(dead_code, reason = "for the reader of the file")]
    about: String,
    #[allow(dead_code, reason = "for the reader of the file")]
    source: String,
    play_x: f32,
    play_y: f32,
    envelope_height: Option<f32>,
    recipient: Window,
    #[serde(rename = "return")]
    return_window: Option<Window>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Window {
    OnEnvelope { left: f32, bottom: f32, width: f32, height: f32 },
    OnSheet { sheet_x: f32, sheet_y: f32, width: f32, height: f32 },
}

/// The areas of one window in sheet coordinates.
struct Zones {
    seated: Rect,
    ever: Rect,
}

impl Window {
    fn zones(&self, entry: &ProfileEntry) -> Zones {
        let (play_x, play_y) = (entry.play_x, entry.play_y);
        match *self {
            Window::OnEnvelope { left, bottom, width, height } => {
                let top = entry.envelope_height.unwrap_or_default() - bottom - height;
                Zones {
                    seated: inches(left, top - play_y, left + width - play_x, top + height - play_y),
                    ever: inches((left - play_x).max(0.0), top - play_y, left + width, top + height),
                }
            }
            Window::OnSheet { sheet_x, sheet_y, width, height } => Zones {
                seated: inches(sheet_x, sheet_y, sheet_x + width, sheet_y + height),
                ever: inches((sheet_x - play_x).max(0.0), sheet_y, sheet_x + width + play_x, sheet_y + height + play_y),
            },
        }
    }
}

fn inches(x0: f32, y0: f32, x1: f32, y1: f32) -> Rect {
    Rect { x0: Pt::inches(x0), y0: Pt::inches(y0), x1: Pt::inches(x1), y1: Pt::inches(y1) }
}

/// Finds a profile by its id.
///
/// # Errors
/// Refused when there is no such profile, naming those that there are.
pub fn profile(id: &str) -> Result<EnvelopeProfile> {
    let entries: BTreeMap<String, ProfileEntry> =
        toml::from_str(include_str!("envelopes.toml")).map_err(|error| Error::bug(format!("envelopes.toml: {}", error.message())))?;
    let Some(entry) = entries.get(id) else {
        let known = entries.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let place = Place::file("incident.toml").column("print.envelope");
        return Err(Error::refused("unknown-envelope", place, "there is no such envelope profile", format!("choose one of: {known}")));
    };
    let recipient = entry.recipient.zones(entry);
    let return_address = entry.return_window.as_ref().map(|window| window.zones(entry));
    let mut keep_clear = vec![recipient.ever];
    keep_clear.extend(return_address.as_ref().map(|zones| zones.ever));
    Ok(EnvelopeProfile {
        id: id.to_owned(),
        recipient: recipient.seated,
        return_address: return_address.map(|zones| zones.seated),
        keep_clear,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(rect: Rect) -> [i32; 4] {
        [rect.x0, rect.y0, rect.x1, rect.y1].map(|edge| (edge.0 / 0.072).round() as i32)
    }

    #[test]
    fn zones_of_the_double_window_are_those_worked_out_by_hand() {
        let profile = profile("lob-10-double").unwrap();
        assert_eq!(rounded(profile.recipient), [625, 1667, 3625, 2667]);
        assert_eq!(rounded(profile.return_address.unwrap()), [625, 417, 2875, 1292]);
        assert_eq!(rounded(profile.keep_clear[0]), [0, 1667, 4625, 3125]);
        assert_eq!(rounded(profile.keep_clear[1]), [0, 417, 3875, 1750]);
    }

    #[test]
    fn an_unknown_profile_names_the_known_ones() {
        let error = profile("lob-11").unwrap_err();
        assert!(error.findings[0].hint.contains("lob-10-double"), "{error:?}");
    }
}
