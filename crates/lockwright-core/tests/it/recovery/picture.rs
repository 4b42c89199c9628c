//! The picture of the recovery rules: which two things together lead back, and how long it takes.

use std::fmt::Write as _;

use lockwright_core::recovery::rules::{Protection, RuleBook};
use lockwright_model::case::IdentityKind;
use lockwright_model::proof::{Proof, Proofs};

use super::matrix::{name, whole};

const THINGS: [Proof; 8] = [
    Proof::Email,
    Proof::Phone,
    Proof::Password,
    Proof::Device,
    Proof::RecoveryCode,
    Proof::Contacts,
    Proof::ContactsTwo,
    Proof::Operators,
];

/// The side of a cell.
const SIDE: usize = 44;
/// Room for the names at the left of a panel.
const NAMES: usize = 116;
/// Room for titles above the cells.
const TOP: usize = 64;
/// Width of a panel, its names included.
const PANEL: usize = NAMES + THINGS.len() * SIDE + 88;

/// Follows the reader's scheme by itself; what a shape says, its form says too.
const STYLE: &str = "\
<style>
svg { color-scheme: light dark; font: 13px system-ui, sans-serif; fill: #1d2b2a; }
.ground { fill: #ffffff; } .cell { fill: none; stroke: #b9c2c0; } .alone { stroke: #1d2b2a; }
.now { fill: #0d6b63; } .later { fill: none; stroke: #8a5a00; stroke-width: 2.5; } .count { fill: #8a5a00; font-weight: 600; }
.title { font-size: 15px; font-weight: 600; }
@media (prefers-color-scheme: dark) {
svg { fill: #e4ebe9; } .ground { fill: #14201f; } .cell { stroke: #46524f; } .alone { stroke: #e4ebe9; }
.now { fill: #58c8ba; } .later { stroke: #e8b458; } .count { fill: #e8b458; }
}
</style>
";

/// The picture as an SVG document.
pub(crate) fn svg() -> String {
    let (width, height) = (2 * PANEL, TOP + THINGS.len() * SIDE + 84);
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title desc\">\n\
         <title id=\"title\">Which two things together lead back to being signed in</title>\n\
         <desc id=\"desc\">Two triangles, for root users and builder IDs and for IAM users, of identities with a device. The same facts are in the \
         tables of the recovery matrix.</desc>\n{STYLE}<rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>\n"
    );
    panel(&mut picture, 0, "Root user, builder ID (with a device)", IdentityKind::Root);
    panel(&mut picture, PANEL, "IAM user (with a device)", IdentityKind::Iam);
    legend(&mut picture, height - 52);
    picture.push_str("</svg>\n");
    picture
}

fn panel(picture: &mut String, left: usize, title: &str, kind: IdentityKind) {
    let _ = writeln!(picture, "<text class=\"title\" x=\"{}\" y=\"28\">{title}</text>", left + 16);
    for (row, thing) in THINGS.into_iter().enumerate() {
        let y = TOP + row * SIDE;
        let label = if thing == Proof::Contacts { "one contact" } else { name(thing) };
        let _ = writeln!(picture, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{label}</text>", left + NAMES - 8, y + SIDE / 2 + 5);
        for (column, other) in THINGS.into_iter().enumerate().take(row + 1) {
            cell(picture, left + NAMES + column * SIDE, y, kind, thing, other);
        }
    }
    for (column, thing) in THINGS.into_iter().enumerate() {
        // Each column is named on its diagonal cell, where the triangle ends.
        let label = if thing == Proof::Contacts { "one contact" } else { name(thing) };
        let (x, y) = (left + NAMES + column * SIDE + SIDE / 2, TOP + column * SIDE - 8);
        let _ = writeln!(picture, "<text x=\"{x}\" y=\"{y}\">{label}</text>");
    }
}

fn cell(picture: &mut String, x: usize, y: usize, kind: IdentityKind, thing: Proof, other: Proof) {
    let alone = if thing == other { " alone" } else { "" };
    let _ = writeln!(picture, "<rect class=\"cell{alone}\" x=\"{x}\" y=\"{y}\" width=\"{SIDE}\" height=\"{SIDE}\"/>");
    let held = Proofs::of(&[thing, other]);
    let situation = whole(kind).situation(Protection::Device, held);
    if let Some(way) = RuleBook::PRODUCTION.way_back(&situation, held) {
        mark(picture, x + SIDE / 2, y + SIDE / 2, way.waits);
    }
}

fn mark(picture: &mut String, x: usize, y: usize, waits: usize) {
    let _ = match waits {
        0 => writeln!(picture, "<circle class=\"now\" cx=\"{x}\" cy=\"{y}\" r=\"10\"/>"),
        _ => writeln!(
            picture,
            "<circle class=\"later\" cx=\"{x}\" cy=\"{y}\" r=\"12\"/><text class=\"count\" x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{waits}</text>",
            y + 5
        ),
    };
}

fn legend(picture: &mut String, y: usize) {
    mark(picture, 32, y, 0);
    let _ = writeln!(picture, "<text x=\"52\" y=\"{}\">back in at once</text>", y + 5);
    mark(picture, 192, y, 1);
    let _ = writeln!(picture, "<text x=\"214\" y=\"{}\">after so many waiting times, each told and each to be cancelled</text>", y + 5);
    let _ = writeln!(
        picture,
        "<text x=\"20\" y=\"{}\">An empty cell: the two do not lead back. The strong edge: one thing alone.</text>",
        y + 36
    );
}
