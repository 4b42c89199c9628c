//! Named steps that are timed, all run whether or not an earlier one failed, and summed up at the end.

use std::time::{Duration, Instant};

use anyhow::bail;

struct Phase {
    name: &'static str,
    took: Duration,
    failure: Option<anyhow::Error>,
}

/// The steps that have run so far.
#[derive(Default)]
pub(crate) struct Phases {
    done: Vec<Phase>,
}

impl Phases {
    /// Runs one step now; true when it succeeded.
    pub(crate) fn run(&mut self, name: &'static str, step: impl FnOnce() -> anyhow::Result<()>) -> bool {
        println!("\n== {name}");
        #[allow(clippy::disallowed_methods, reason = "measures a duration that is only printed")]
        let begin = Instant::now();
        let failure = step().err();
        if let Some(error) = &failure {
            eprintln!("{name}: {error:#}");
        }
        let succeeded = failure.is_none();
        self.done.push(Phase { name, took: begin.elapsed(), failure });
        succeeded
    }

    /// Prints one line a step; an error when any of them failed.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        println!("\n== summary");
        for phase in &self.done {
            let result = if phase.failure.is_none() { "ok" } else { "FAILED" };
            println!("{:<10} {:>7.1} s  {result}", phase.name, phase.took.as_secs_f64());
        }
        let total: Duration = self.done.iter().map(|phase| phase.took).sum();
        println!("{:<10} {:>7.1} s", "total", total.as_secs_f64());

        let failed: Vec<&str> = self.done.iter().filter(|phase| phase.failure.is_some()).map(|phase| phase.name).collect();
        if !failed.is_empty() {
            bail!("failed: {}", failed.join(", "));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Phases;

    #[test]
    fn a_failed_step_does_not_stop_the_next_but_fails_the_whole() {
        let mut phases = Phases::default();
        let mut later_ran = false;
        assert!(!phases.run("first", || anyhow::bail!("broken")));
        assert!(phases.run("second", || {
            later_ran = true;
            Ok(())
        }));
        assert!(later_ran);
        let error = phases.finish().unwrap_err().to_string();
        assert_eq!(error, "failed: first");
    }

    #[test]
    fn all_steps_succeeding_is_success() {
        let mut phases = Phases::default();
        phases.run("only", || Ok(()));
        assert!(phases.finish().is_ok());
    }
}
