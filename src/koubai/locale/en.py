"""The sentences in English."""

SENTENCES = {
    # numbers and names of an experiment
    "error-h": "The step size h is {value}, but it must be a finite number above 0; try h = 0.1.",
    "error-h-precision": "The step size h is {value}, which {precision} can't tell from 0 or infinity; try h = 0.1.",
    "error-learning-rate": "The learning rate is {value}, but it must be a finite number, 0 or more; try 0.01.",
    "error-steps": "The number of steps is {value}, but it must be a whole number from 0 to {most}; try 5001.",
    "error-seed": "The seed is {value}, but it must be a whole number from 0 to 4294967295; try 0.",
    "error-record-every": "Records are asked for every {value} steps, but this must be a whole number from 1 to {most}; try 100.",
    "error-scale": "The scale of the starting weights is {value}, but it must be a finite number, 0 or more; try 0.1.",
    "error-hidden": (
        "The hidden layers are {value}, but they must be numbers of units from 1 to {most} with commas between them, "
        "or none; try 8 or 16,16."
    ),
    "error-gate": "There is no gate called {value!r}; choose one of: {choices}.",
    "error-gate-near": "There is no gate called {value!r}; did you mean {nearest!r}?",
    "error-activation": "There is no activation called {value!r}; choose one of: {choices}.",
    "error-activation-near": "There is no activation called {value!r}; did you mean {nearest!r}?",
    "error-method": "There is no method of slope called {value!r}; choose one of: {choices}.",
    "error-method-near": "There is no method of slope called {value!r}; did you mean {nearest!r}?",
    "error-loss": "There is no loss called {value!r}; choose one of: {choices}.",
    "error-loss-near": "There is no loss called {value!r}; did you mean {nearest!r}?",
    "error-optimizer": "There is no optimizer called {value!r}; choose one of: {choices}.",
    "error-optimizer-near": "There is no optimizer called {value!r}; did you mean {nearest!r}?",
    "error-precision": "There is no precision called {value!r}; choose one of: {choices}.",
    "error-precision-near": "There is no precision called {value!r}; did you mean {nearest!r}?",
    "error-optimizer-option": "The optimizer {optimizer} has no parameter called {name!r}; it has: {choices}.",
    "error-optimizer-no-options": "The optimizer {optimizer} has no parameters to set, but {name!r} was given; leave it out.",
    "error-optimizer-value": (
        "The parameter {name} of the optimizer {optimizer} is {value}, but it must be a finite number, 0 or more."
    ),
    "error-optimizer-decay": ("The parameter {name} of the optimizer {optimizer} is {value}, but it must be below 1; try 0.9."),
    "error-not-analytic": (
        "The method {method} can't measure a network with {activation} units, because that activation has no complex form "
        "here; choose another activation, or the method central."
    ),
    "error-start-conflict": (
        "The {name} {value} can't be given together with a starting network, which has its own ({own}); give one of the two."
    ),
    "error-no-classes": "The data are values, not classes, so no row is right or wrong; compare with network.predict instead.",
    # networks and data
    "error-sizes": "The sizes of the network are {value}, but they must be two or more whole numbers above 0; try [2, 8, 2].",
    "error-output": "The output is {value!r}, but it must be 'softmax' or 'identity'.",
    "error-no-layers": "The network has no layers; give at least one pair of weights and bias.",
    "error-layer-shape": (
        "Layer {layer} has weights of shape {weights} and a bias of shape {bias}, but they must be (inputs, units) and (units,)."
    ),
    "error-layer-pairs": "A network is made of pairs (weights, bias), but layer {layer} is {value!r}.",
    "error-layer-chain": "Layer {layer} takes {inputs} inputs, but the layer before it has {units} units; make them the same.",
    "error-not-numbers": "{name} must hold real numbers in a regular array without gaps; check its rows and types.",
    "error-not-finite": "{name} holds {value}, but every number must be finite; remove or replace it.",
    "error-inputs-shape": "The inputs have the shape {shape}, but the network takes (n, {features}); give n rows, at least one.",
    "error-targets-shape": "The targets have the shape {shape}, but {expected} was expected: one row for each row of inputs.",
    "error-targets-one-hot": (
        "The loss {loss} needs one-hot targets: a single 1 in each row, else 0; choose the loss squared for values."
    ),
    "error-data-shape": "The inputs have the shape {shape}, but they must be (n, features) with at least one row and one column.",
    "error-data-rows": "There are {inputs} rows of inputs but {targets} targets; give one target for each row.",
    "error-data-targets": (
        "The targets have the shape {shape}, but they must be class labels (n,), one-hot rows (n, classes), or values."
    ),
    "error-data-one-hot": (
        "Row {row} of the targets is not one-hot; each row must hold a single 1 and else 0, or set task='regress'."
    ),
    "error-data-labels": "The class labels must be distinct texts, numbers or booleans, but {value!r} is among them.",
    "error-data-label": "The targets hold the label {value!r}, which is none of the classes: {choices}.",
    "error-data-type": "The {name} is {value!r}, but it must be a gate's name or a Dataset; see kb.data.gate and Dataset.from_arrays.",
    "error-data-names": "There are {names} names for {columns} {what}; give one for each.",
    "error-task": "The task is {value!r}, but it must be 'classify' or 'regress'.",
    "error-loss-task": "The loss cross-entropy needs classes, but these targets are values; choose the loss squared.",
    # an experiment as a file
    "error-experiment-field": "The experiment has no field called {name!r}; it has: {choices}.",
    "error-experiment-value": "The experiment's {name} is {value!r}, but {expected} was expected.",
    "error-experiment-json": "This is not an experiment in JSON: {reason}.",
    "error-experiment-arrays": "The experiment's array {sha256} is not at hand; give it in `arrays`, or load the whole folder.",
    # training
    "error-diverged": (
        "The training diverged: at step {step} the loss or a weight is no longer a finite number; "
        "try a smaller learning rate than {learning_rate}."
    ),
    # folders and files
    "error-folder-taken": "The folder {path} is already there, and nothing is overwritten; name a new one.",
    "error-folder-unwritable": "The folder {path} can't be written ({reason}); name another one with --out.",
    "error-save": "The run could not be written to {path} ({reason}); nothing is left there. Free some space or name another place.",
    "error-file": "The file {path} could not be written ({reason}); what was there before is unharmed.",
    "error-load-missing": "There is no run in {path}: {name} is missing; name a folder that koubai wrote.",
    "error-load-broken": "The file {path} is damaged ({reason}); take it from a backup, or train again.",
    "error-load-broken-sum": (
        "The file {path} is damaged (its content does not match its checksum); take it from a backup, or train again."
    ),
    "error-load-unreadable": "The file {path} can't be read ({reason}); check its permissions and the disk.",
    "error-load-version": "The run in {path} has the format {value}, but this koubai reads {expected}; install a newer koubai.",
    # the command line
    "error-prefix": "koubai: {sentence}",
    "error-usage": "{reason} See koubai --help.",
    "error-option": "There is no option --{value}; the options are: {choices}.",
    "error-option-near": "There is no option --{value}; did you mean --{nearest}?",
    "error-command": "There is no command called {value!r}; choose one of: {choices}.",
    "error-command-near": "There is no command called {value!r}; did you mean {nearest!r}?",
    "error-option-value": "The option {name} needs a value after it; see koubai train --help.",
    "error-option-flag": "The option {name} takes no value; leave the value out.",
    "error-argument-missing": "Say what to learn: for example, koubai train xor.",
    "error-argument-extra": "There is a word too many: {value}; name one gate, and write options like --seed 1.",
    "error-internal": "Something unexpected went wrong ({reason}); please report it together with the command that you gave.",
    "error-output-closed": "The output could not be written ({reason}); check where it is sent.",
    "error-memory": "There is not enough memory for this; choose fewer units or fewer records.",
    "interrupted": "Interrupted.",
    "interrupted-early": "Interrupted before the first step; nothing was written.",
    "interrupted-kept": "Interrupted at step {step}; what was recorded until then is in {folder}.",
    "interrupted-finished": "Interrupted while the pictures were drawn; the run itself is whole, in {folder}.",
    "diverged-kept": "What was recorded until then is in {folder}.",
    "help-koubai": "See a neural network learn by gradient descent, down to each slope that is measured.",
    "help-train": (
        "Train a network to reproduce the truth table of GATE: xor, and, or, nand, ... (all sixteen gates of two inputs), or "
        "parity-3 to parity-8. Without options this is the founding example: 8 hidden ReLU units, every weight and bias nudged "
        "by +h and -h, and 5001 steps down the slopes that were measured."
    ),
    "help-seed": "Seed of the starting weights: a whole number from 0.",
    "help-steps": "How many steps to make.",
    "help-h": "Step size of the difference: how far each weight is nudged. Default 0.1; complex-step: 1e-20.",
    "help-learning-rate": "How far to move against each slope: weight - rate x slope.",
    "help-hidden": "Units of the hidden layers, with commas between layers, such as 8 or 16,16; or none.",
    "help-activation": "What each hidden unit does: {choices}.",
    "help-method": "How slopes are measured: {choices}.",
    "help-record-every": "Steps from one record to the next.",
    "help-out": "A new folder for the files. Default: koubai-runs/GATE-SEED, numbered where that is taken.",
    "help-quiet": "Show neither progress nor result, only errors.",
    "help-json": "Write the result to standard output as one JSON object; progress goes to standard error.",
    "help-help": "Show this help and exit.",
    "help-version": "Show the version and exit.",
    # progress and results
    "progress-classify": "step {step}   loss {loss}   answers {answers}   {left}",
    "progress-regress": "step {step}   loss {loss}   {left}",
    "progress-right": "{right} of {rows} right",
    "progress-left-unknown": "",
    "progress-left-seconds": "{seconds} s left",
    "progress-left": "{time} h left",
    "report-start": (
        "Learning {data}: network {sizes}, {activation}; slopes by {method}, h = {h}; learning rate {learning_rate}; "
        "{steps} steps; seed {seed}"
    ),
    "report-success": "Learned: all {rows} answers are right.",
    "report-failure": "Not learned: {right} of {rows} answers are right. Another seed may do it: --seed {seed}.",
    "report-answer": "answer",
    "report-right": "right",
    "report-wrong": "wrong",
    "report-probability": "p({label})",
    "report-value": "y({label})",
    "report-loss": "Loss {loss} after {steps} steps, from {first} at the start; trained in {seconds} s.",
    "report-files": "Files in {folder}:",
    "report-no-region": "(The decision region is drawn for gates of two inputs; {data} has {features}.)",
    "file-region": "the decision region",
    "file-loss": "the loss, step by step",
    "file-run": "the experiment, how it ended, the versions",
    "file-losses": "the loss after every step",
    "file-records": "the weights every {every} steps",
    "file-weights": "the weights at the end",
    # pictures
    "picture-probability": "probability of class 1",
    "picture-class-0": "class 0",
    "picture-class-1": "class 1",
    "picture-answers-1": "grid point answered 1",
    "picture-region-title": "{data}: decision region after step {step}",
    "picture-loss": "loss",
    "picture-loss-axis": "loss (cross-entropy)",
    "picture-records": "records",
    "picture-step": "step",
    "picture-loss-title": "{data}: loss, seed {seed}",
}
