//! A picture of the ways in: what a person has on the left, what it opens on the right, a dot for each rule that needs several at once.

use serde::Serialize;

/// The picture's width; its height follows from what is drawn.
const WIDTH: u32 = 640;
const LEFT: u32 = 200;
const RIGHT: u32 = 430;
const BOX: u32 = 40;
const GAP: u32 = 14;

/// What to draw.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sketch {
    /// What the person has; `weak`: losing it leaves no own way back.
    pub factors: Vec<(String, Mark)>,
    /// What can be reached.
    pub goals: Vec<String>,
    /// Each rule: the factors it needs, and the goal it opens, by their places.
    pub rules: Vec<(Vec<usize>, usize, bool)>,
}

/// How a factor stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// Serves.
    Good,
    /// Too new to serve a recovery.
    New,
    /// A single point of failure.
    Weak,
}

/// The picture, ready for the template.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Graph {
    width: u32,
    height: u32,
    boxes: Vec<Cell>,
    lines: Vec<Curve>,
    dots: Vec<Dot>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct Cell {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    /// Where its text begins.
    text_x: u32,
    text_y: u32,
    label: String,
    class: &'static str,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct Curve {
    path: String,
    slow: bool,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct Dot {
    x: u32,
    y: u32,
    slow: bool,
}

impl Graph {
    /// Lays the picture out.
    pub fn of(sketch: &Sketch) -> Self {
        let rows = sketch.factors.len().max(sketch.goals.len()).max(1);
        let count = |number: usize| u32::try_from(number).unwrap_or(0);
        let height = (count(rows) * (BOX + GAP) + GAP).max(count(sketch.rules.len()) * 18 + 2 * GAP);
        // Each column is spread over the whole height.
        let spread = |at: usize, of: usize| (2 * count(at) + 1) * height / (2 * count(of).max(1));
        let factor_y = |at: usize| spread(at, sketch.factors.len());
        let goal_y = |at: usize| spread(at, sketch.goals.len());
        let mut boxes: Vec<Cell> = Vec::new();
        for (at, (label, mark)) in sketch.factors.iter().enumerate() {
            let class = match mark {
                Mark::Good => "has",
                Mark::New => "new",
                Mark::Weak => "weak",
            };
            boxes.push(cell(2, factor_y(at), LEFT - 2, label.clone(), class));
        }
        for (at, label) in sketch.goals.iter().enumerate() {
            boxes.push(cell(RIGHT, goal_y(at), WIDTH - RIGHT - 2, label.clone(), "goal"));
        }
        let (mut lines, mut dots) = (Vec::new(), Vec::new());
        for (at, (needs, goal, slow)) in sketch.rules.iter().enumerate() {
            let (x, y) = ((LEFT + RIGHT) / 2, spread(at, sketch.rules.len()));
            for need in needs {
                lines.push(curve(LEFT, factor_y(*need), x, y, *slow));
            }
            lines.push(curve(x, y, RIGHT, goal_y(*goal), *slow));
            dots.push(Dot { x, y, slow: *slow });
        }
        Self { width: WIDTH, height, boxes, lines, dots }
    }
}

fn cell(x: u32, middle: u32, width: u32, label: String, class: &'static str) -> Cell {
    Cell { x, y: middle.saturating_sub(BOX / 2), width, height: BOX, text_x: x + 12, text_y: middle + 5, label, class }
}

fn curve(x1: u32, y1: u32, x2: u32, y2: u32, slow: bool) -> Curve {
    let middle = (x1 + x2) / 2;
    Curve { path: format!("M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"), slow }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_a_dot_between_what_it_needs_and_what_it_opens() {
        let sketch = Sketch {
            factors: vec![("Password".into(), Mark::Good), ("Mailbox".into(), Mark::Weak)],
            goals: vec!["Sign in".into()],
            rules: vec![(vec![0, 1], 0, false), (vec![1], 0, true)],
        };
        let graph = Graph::of(&sketch);
        assert_eq!((graph.boxes.len(), graph.dots.len(), graph.lines.len()), (3, 2, 5));
        assert!(graph.boxes.iter().all(|cell| cell.y + cell.height <= graph.height && cell.x + cell.width <= graph.width));
        assert_eq!(Graph::of(&Sketch::default()).boxes.len(), 0);
    }
}
