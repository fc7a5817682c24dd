//! Running a program never asks for memory, on any number of lanes, interpreted or as machine code.

use std::alloc::{GlobalAlloc, Layout, System as Memory};
use std::sync::atomic::{AtomicUsize, Ordering};

use kascade::expression::{Function, Symbol, Tree};
use kascade::program::{Equations, Evaluator, Instructions, Program, compile};

/// The system's memory, counted.
struct Counted;

static REQUESTS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        REQUESTS.fetch_add(1, Ordering::Relaxed);
        unsafe { Memory.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        unsafe { Memory.dealloc(memory, layout) }
    }
}

#[global_allocator]
static MEMORY: Counted = Counted;

/// A ring of states, each driven by the one before through a saturating rate.
fn ring(states: usize) -> Equations {
    let state = |index: usize| Tree::Symbol(Symbol::State(index % states));
    let parameter = |index: usize| Tree::Symbol(Symbol::Parameter(index));
    let derivatives = (0..states)
        .map(|index| {
            let drive = Tree::Call(Function::Hill, vec![state(index + 1), parameter(0), parameter(1)]);
            let loss = Tree::Call(Function::Exp, vec![state(index).negated()]);
            drive.minus(loss.times(state(index)))
        })
        .collect();
    Equations { parameters: 2, derivatives, quantities: vec![state(0).over(parameter(0))], ..Equations::default() }
}

fn requests<const L: usize>(evaluator: &Evaluator<L>) -> usize {
    let mut frame = evaluator.frame();
    frame.as_flattened_mut().iter_mut().take(8).for_each(|number| *number = 0.5);
    let before = REQUESTS.load(Ordering::Relaxed);
    for program in Program::ALL {
        evaluator.run(program, &mut frame);
    }
    REQUESTS.load(Ordering::Relaxed) - before
}

#[test]
fn programs_do_not_allocate() {
    let system = compile(&ring(12));
    for instructions in Instructions::available() {
        assert_eq!(requests(&Evaluator::<1>::interpreter(&system, instructions)), 0);
        assert_eq!(requests(&Evaluator::<8>::interpreter(&system, instructions)), 0);
    }
    assert_eq!(requests(&Evaluator::<1>::new(&system)), 0);
    assert_eq!(requests(&Evaluator::<4>::new(&system)), 0);
    assert_eq!(requests(&Evaluator::<8>::new(&system)), 0);
}
