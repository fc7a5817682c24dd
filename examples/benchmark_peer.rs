//! The benchmark models behind the command line that a comparison with other simulators asks for:
//!
//! ```text
//! benchmark_peer MODEL VARIANT csv   RTOL OUT.csv                 cold start: all 2,689 rows to disk
//! benchmark_peer MODEL VARIANT bench RTOL N OUT.csv               N runs in process after one to warm up
//! benchmark_peer MODEL VARIANT ens   RTOL SUBJECTS.csv THREADS OUT.csv
//! ```
//!
//! MODEL is `ket`, `pk` or `hires`, VARIANT `inf` or `bolus`. The model texts are in the program and parsed when it
//! runs, so it works from any folder; everything goes through the public interface of the library.

use kascade::diagnostics::{Diagnostic, Report, SourceText};
use kascade::formats::csv;
use kascade::model::{Column, Model, load};
use kascade::simulation::{Compiled, Keep, Scenario, SolverOptions, problem, simulate, timeline};
use kascade::solver::{self, Failure, Finish, Problem, Queue, Sink};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

const KET: &str = include_str!("../models/benchmark/ket.toml");
const PK: &str = include_str!("../models/benchmark/pk.toml");
const HIRES: &str = include_str!("../models/benchmark/hires.toml");

/// The end point of HIRES.
const HIRES_END: f64 = 321.8122;
/// Individuals side by side.
const LANES: usize = 8;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words[..] {
        [model, variant, "csv", rtol, out] => cold_start(model, variant, rtol, out),
        [model, variant, "bench", rtol, count, out] => bench(model, variant, rtol, count, out),
        [model, variant, "ens", rtol, subjects, threads, out] => ensemble(model, variant, rtol, subjects, threads, out),
        _ => Err("usage: benchmark_peer MODEL VARIANT csv|bench|ens ...; see the head of the source".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn words(report: Report) -> Box<dyn std::error::Error> {
    report.list.first().map_or("failed", |one| one.message.as_str()).into()
}

fn read_model(name: &str) -> Outcome<Model> {
    let text = match name {
        "ket" => KET,
        "pk" => PK,
        "hires" => HIRES,
        _ => return Err(format!("there is no benchmark model {name}").into()),
    };
    let nothing = |_: &str, _: &SourceText| Err(Diagnostic::error(kascade::diagnostics::Code::ModelNotFound, "none"));
    Ok(load(&SourceText::new(name, text), &nothing).map_err(words)?.model)
}

fn scenario(model: &Model, variant: &str) -> Outcome<Scenario> {
    let mut scenario = Scenario::undosed(model);
    if model.regimens.is_empty() {
        scenario.until = HIRES_END;
        scenario.outputs = vec![HIRES_END];
    } else {
        scenario.add_regimen(model, variant).map_err(|one| words(one.into()))?;
        scenario.rows_every(model, None).map_err(|one| words(one.into()))?;
    }
    Ok(scenario)
}

fn options(rtol: &str) -> Outcome<SolverOptions> {
    Ok(SolverOptions { relative_tolerance: rtol.parse()?, ..SolverOptions::default() })
}

fn states(model: &Model) -> Vec<Column> {
    (0..model.states.len()).map(Column::State).collect()
}

fn cold_start(name: &str, variant: &str, rtol: &str, out: &str) -> Outcome<()> {
    let model = read_model(name)?;
    let scenario = scenario(&model, variant)?;
    let compiled = Compiled::new(&model, &[]);
    let trajectory = simulate(&compiled, &scenario, &options(rtol)?, Keep::Rows)
        .map_err(|error| words(error.diagnostic(&compiled).into()))?;
    csv::write_run(&trajectory, &states(&model), false, &mut File::create(out)?)?;
    Ok(())
}

/// The rows that are compared: every 12 h, the hours after each dose, and two late ones; of HIRES the end.
fn checkpoints(model: &Model) -> Vec<usize> {
    if model.regimens.is_empty() {
        return vec![0];
    }
    let mut quarters: Vec<usize> = (0..=56).map(|half_day| half_day * 48).collect();
    for dose in [0, 48, 96, 168, 216, 264] {
        quarters.extend([1, 2, 3, 4, 6, 8, 12, 16, 24].map(|after| dose * 4 + after));
    }
    quarters.extend([666 * 4, 669 * 4]);
    quarters.sort_unstable();
    quarters.dedup();
    quarters
}

fn bench(name: &str, variant: &str, rtol: &str, count: &str, out: &str) -> Outcome<()> {
    let model = read_model(name)?;
    let compiled = Compiled::new(&model, &[]);
    let scenario = scenario(&model, variant)?;
    let options = options(rtol)?;
    let failed = |error: kascade::simulation::SimulationError| words(error.diagnostic(&compiled).into());
    let timeline = timeline(&model, &compiled.routes, &scenario).map_err(failed)?;
    let (problem, _) = problem(&compiled, &timeline, &options).map_err(failed)?;
    let size = model.states.len();
    let mut buffer = Buffer { subject: 0, rows: vec![0.0; scenario.outputs.len() * size], used: 0, size };
    let mut times = Vec::new();
    let mut finish = None;
    for _ in 0..=count.parse::<usize>()? {
        let problem = problem.clone();
        buffer.used = 0;
        let begin = Instant::now();
        let ended = solver::solve(problem, &mut buffer).map_err(|failure| format!("{failure:?}"))?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
        finish = Some(ended);
    }
    times.remove(0);
    times.sort_by(f64::total_cmp);
    let statistics = finish.ok_or("no run")?.statistics;
    println!(
        "{{\"ms\": {}, \"steps\": {}, \"rhs\": {}}}",
        times.get(times.len() / 2).copied().unwrap_or(f64::NAN),
        statistics.steps,
        statistics.rhs
    );
    let mut file = BufWriter::new(File::create(out)?);
    let names: Vec<&str> = model.states.iter().map(|state| state.name.as_str()).collect();
    writeln!(file, "time,{}", names.join(","))?;
    for row in checkpoints(&model) {
        let cells: Vec<String> =
            buffer.rows[row * size..(row + 1) * size].iter().map(|value| format!("{value:.16e}")).collect();
        writeln!(file, "{},{}", scenario.outputs[row], cells.join(","))?;
    }
    Ok(())
}

/// The rows of one subject in a buffer that is used again, and where in the list the subject stands.
struct Buffer {
    subject: usize,
    rows: Vec<f64>,
    used: usize,
    size: usize,
}

impl Sink for Buffer {
    fn row(&mut self, time: f64, states: &[f64]) {
        if let Some(room) = self.room(&[time], states.len()) {
            room.copy_from_slice(states);
        }
    }

    fn room(&mut self, times: &[f64], states: usize) -> Option<&mut [f64]> {
        let begin = self.used;
        self.used += times.len() * states;
        self.rows.get_mut(begin..self.used)
    }
}

impl Buffer {
    /// The largest `Ce`, the largest `Smat`, the smallest and the last `Symp`.
    fn summary(&self, columns: [usize; 3]) -> [f64; 4] {
        let [ce, mature, symptoms] = columns;
        let mut summary = [f64::NEG_INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NAN];
        for row in self.rows.chunks_exact(self.size) {
            summary[0] = summary[0].max(row[ce]);
            summary[1] = summary[1].max(row[mature]);
            summary[2] = summary[2].min(row[symptoms]);
            summary[3] = row[symptoms];
        }
        summary
    }
}

/// Subjects for one thread, taken from a list that all threads share.
struct Subjects<'a> {
    next: &'a AtomicUsize,
    template: &'a Problem<'a>,
    columns: &'a [usize],
    values: &'a [Vec<f64>],
    summary: [usize; 3],
    free: Vec<Buffer>,
    done: Vec<(usize, [f64; 4])>,
    failures: Vec<String>,
}

impl<'a> Queue<'a> for Subjects<'a> {
    type Sink = Buffer;

    fn next(&mut self) -> Option<(Problem<'a>, Buffer)> {
        let subject = self.next.fetch_add(1, Ordering::Relaxed);
        let values = self.values.get(subject)?;
        let mut problem = self.template.clone();
        for (column, value) in self.columns.iter().zip(&values[1..]) {
            problem.parameters[*column] = *value;
        }
        let size = problem.start.len();
        let rows = problem.output_times.len() * size;
        let mut buffer = self.free.pop().unwrap_or_else(|| Buffer { subject, rows: vec![0.0; rows], used: 0, size });
        buffer.subject = subject;
        buffer.used = 0;
        Some((problem, buffer))
    }

    fn done(&mut self, buffer: Buffer, result: Result<Finish, Failure>) {
        match result {
            Ok(_) => self.done.push((buffer.subject, buffer.summary(self.summary))),
            Err(failure) => self.failures.push(format!("subject {}: {failure:?}", buffer.subject + 1)),
        }
        self.free.push(buffer);
    }
}

fn ensemble(name: &str, variant: &str, rtol: &str, subjects: &str, threads: &str, out: &str) -> Outcome<()> {
    let model = read_model(name)?;
    let compiled = Compiled::new(&model, &[]);
    let scenario = scenario(&model, variant)?;
    let failed = |error: kascade::simulation::SimulationError| words(error.diagnostic(&compiled).into());
    let timeline = timeline(&model, &compiled.routes, &scenario).map_err(failed)?;
    let (template, _) = problem(&compiled, &timeline, &options(rtol)?).map_err(failed)?;
    let text = std::fs::read_to_string(subjects)?;
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split(',').skip(1).collect();
    let columns: Vec<usize> = head
        .iter()
        .map(|name| model.parameter(name).ok_or(format!("no parameter {name}")))
        .collect::<Result<_, _>>()?;
    // Subjects are in declared units; the internal ones are the same but for the declared factor.
    let units: Vec<_> = columns.iter().map(|column| &model.parameters[*column].unit).collect();
    let mut values = Vec::new();
    for line in lines {
        let mut row: Vec<f64> = line.split(',').map(str::parse).collect::<Result<_, _>>()?;
        for (value, unit) in row[1..].iter_mut().zip(&units) {
            *value = unit.to_internal(*value);
        }
        values.push(row);
    }
    let state = |name: &str| model.state(name).ok_or(format!("no state {name}"));
    let summary = [state("Ce")?, state("Smat")?, state("Symp")?];
    let threads: usize = threads.parse()?;
    let next = AtomicUsize::new(0);
    let begin = Instant::now();
    let queues: Vec<Subjects<'_>> = std::thread::scope(|scope| {
        let run = || {
            let mut queue = Subjects {
                next: &next,
                template: &template,
                columns: &columns,
                values: &values,
                summary,
                free: Vec::new(),
                done: Vec::new(),
                failures: Vec::new(),
            };
            let evaluator = compiled.equations.eight();
            solver::solve_queue::<LANES, _>(evaluator, kascade::program::Instructions::detect(), &mut queue);
            queue
        };
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        let mut queues = vec![run()];
        queues.extend(others.into_iter().filter_map(|other| other.join().ok()));
        queues
    });
    let seconds = begin.elapsed().as_secs_f64();
    if let Some(failure) = queues.iter().flat_map(|queue| &queue.failures).next() {
        return Err(failure.clone().into());
    }
    let mut done: Vec<(usize, [f64; 4])> = queues.into_iter().flat_map(|queue| queue.done).collect();
    done.sort_by_key(|(subject, _)| *subject);
    println!("{{\"seconds\": {seconds}, \"subjects\": {}, \"threads\": {threads}}}", done.len());
    let mut file = BufWriter::new(File::create(out)?);
    writeln!(file, "id,max_Ce,max_Smat,min_Symp,last_Symp")?;
    for (subject, [ce, mature, least, last]) in done {
        writeln!(file, "{},{ce:.16e},{mature:.16e},{least:.16e},{last:.16e}", values[subject][0])?;
    }
    Ok(())
}
