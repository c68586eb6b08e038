// Made by docs/scripts/make_protocol.py from playground/protocol: what the server sends. Only types are here.

/**
 * What the controls say. The defaults are the founding example. Fields without a comment are those of Experiment and Learning.
 *
 * @typedef {Object} Setting
 * @property {string} data  a gate, a set, "own" (points drawn by hand), "table" (a file), or "run"
 * @property {number} samples  of a set
 * @property {number | null} noise  null: what is usual for the set
 * @property {number} test  the share of the rows that is kept for the test
 * @property {number} data_seed  of a set
 * @property {"classify" | "regress"} task  of own points
 * @property {string} target  of a table: the column to learn
 * @property {string[]} features  of data in the plane
 * @property {number[]} hidden
 * @property {string[]} activations  one for each hidden layer
 * @property {string} init
 * @property {number} scale
 * @property {number} seed
 * @property {number} batch_seed
 * @property {string} method
 * @property {number} h
 * @property {string} loss
 * @property {string} optimizer
 * @property {number} learning_rate
 * @property {number} l1
 * @property {number} l2
 * @property {number | null} batch_size  null: all rows
 * @property {number} steps
 * @property {number} record_every
 * @property {string[]} frozen  parameters that stay, such as "w1[0,3]" or "b2[1]"
 * @property {string[]} cut  parameters that are 0 and stay so
 */

/**
 * Something that can be chosen, or is named.
 *
 * @typedef {Object} Choice
 * @property {string} name
 * @property {string} text  in the page's language
 */

/**
 * What the controls offer.
 *
 * @typedef {Object} Choices
 * @property {Choice[]} gates
 * @property {Choice[]} sets
 * @property {Choice[]} features
 * @property {Choice[]} activations
 * @property {Choice[]} inits
 * @property {Choice[]} methods
 * @property {Choice[]} losses
 * @property {Choice[]} optimizers
 */

/**
 * What a number may be.
 *
 * @typedef {Object} NumberBounds
 * @property {number} least
 * @property {number} most
 * @property {boolean} above  whether it must be above ``least``
 * @property {boolean} whole
 * @property {boolean} empty  whether it may be null
 */

/**
 * What a page may ask for at most, and the sizes of its pictures.
 *
 * @typedef {Object} Limits
 * @property {[number, number]} samples
 * @property {number} points
 * @property {number[]} rates  learning rates to choose from
 * @property {Record<string, NumberBounds>} numbers  of every field of a setting that is a number, and of a "parameter"
 * @property {number} layers
 * @property {number} units
 * @property {number} parameters
 * @property {number} field
 * @property {number} small
 * @property {number} table  bytes of a file
 */

/**
 * How many rows there are.
 *
 * @typedef {Object} RowCounts
 * @property {number} train
 * @property {number} test
 */

/**
 * What the data are.
 *
 * @typedef {Object} DataAbout
 * @property {"gate" | "planar" | "shipped" | "own" | "table" | "run"} kind
 * @property {string} name  to show
 * @property {"classify" | "regress"} task
 * @property {string[]} classes  empty for values
 * @property {string} target  what is learned, by name
 * @property {string[]} features  names of the network's inputs, in order
 * @property {string[]} columns  of a table: all of them, to choose a target from; else empty
 * @property {RowCounts} rows
 * @property {boolean} planar  whether x1 and x2 are all there is: then features may be chosen, and points drawn
 * @property {[string, string]} axes  what the plane's axes are called
 * @property {number} share  of the variance that lies in the plane shown; 1 where it is all
 * @property {[number, number, number, number]} extent  left, right, bottom, top of the plane
 * @property {number[][] | null} table  of a gate: the inputs of its rows; null else
 * @property {number[] | null} answers  of a gate: the right class of each row
 * @property {string[]} notes  sentences that are to be said of the data
 */

/**
 * The data in the plane; the arrays have the same length.
 *
 * @typedef {Object} Points
 * @property {number[]} x
 * @property {number[]} y
 * @property {number[]} value  class number, or the value
 * @property {number[]} part  0: trained on, 1: of the test
 */

/**
 * A run in the store.
 *
 * @typedef {Object} KeptRun
 * @property {string} name
 * @property {string} data
 * @property {string} network  such as 2-8-2
 * @property {string} method
 * @property {number} steps
 * @property {number | null} loss
 * @property {string} status  in words
 * @property {string} started
 */

/**
 * The answer to hello, and to language.
 *
 * @typedef {Object} Welcome
 * @property {"welcome"} type
 * @property {string} session  its key: to come back with
 * @property {boolean} resumed  whether the session of before goes on
 * @property {"en" | "ja"} language
 * @property {string} version  of koubai
 * @property {boolean} keeps  whether runs are kept in a store
 * @property {Choices} choices
 * @property {Limits} limits
 */

/**
 * Sent where anything but the training has changed; frames tell by ``state`` to which they belong.
 *
 * @typedef {Object} State
 * @property {"state"} type
 * @property {number} state  counts up
 * @property {Setting} setting
 * @property {string} link  what the address is to hold after its #, but for the step
 * @property {string} run  the name under which the run is kept; empty while it is not
 * @property {number[]} sizes  inputs, units of every hidden layer, outputs
 * @property {string[]} inputs  what the inputs are called
 * @property {"softmax" | "identity"} output
 * @property {DataAbout} data
 * @property {Points} points  null on the way where they are as before; the shell fills them in
 * @property {number} speed  steps a second; 0: as many as can be
 * @property {string} look  the unit whose whole field is sent, such as "1[3]"; empty for none
 * @property {Choice | null} beside  the kept run that is shown beside
 * @property {number} start  number of the step from which the present segment (settings and edits unchanged) runs
 * @property {Choice[]} pictures  to be downloaded: /take/SESSION/picture-NAME.png and .svg
 */

/**
 * Something could not be done.
 *
 * @typedef {Object} Fault
 * @property {"fault"} type
 * @property {string} text  one sentence
 */

/**
 * Something that happened, which nobody asked for.
 *
 * @typedef {Object} Note
 * @property {"note"} type
 * @property {string} text  one or two sentences
 */

/**
 * The kept runs, the latest first.
 *
 * @typedef {Object} RunList
 * @property {"runs"} type
 * @property {KeptRun[]} runs
 */

/**
 * A parameter's slope, by which the training moves on from the step that is looked at.
 *
 * @typedef {Object} SlopeAnswer
 * @property {"slope"} type
 * @property {string} place
 * @property {number} step
 * @property {number} value  of the parameter
 * @property {string} method  that trains
 * @property {number} rows  that the step sees, of
 * @property {number} all  rows
 * @property {number | null} above  the first number of the method's formula: the loss with the parameter h larger (of methods
 *     that draw: with all moved along the direction); of the complex step the imaginary part; null for backprop
 * @property {number | null} below  the second: the loss with it h smaller; of forward: as it is; null where there is none
 * @property {number | null} drawn  this parameter's part of the direction that was drawn; null where none was
 * @property {number} h
 * @property {number | null} measured
 * @property {number | null} exact  by backprop, on the same rows
 */

/**
 * What one step costs.
 *
 * @typedef {Object} PriceAnswer
 * @property {"price"} type
 * @property {string} method
 * @property {number} step  at which it was measured
 * @property {number} rows  that it sees
 * @property {number} defined  evaluations of the loss by the definition of the method
 * @property {number | null} made  evaluations that are really made; null where curves are measured instead:
 * @property {number} curves  for each row and unit one
 * @property {number} points  at which these are evaluated
 * @property {number | null} evaluation  microseconds that one evaluation takes with NumPy, measured now
 * @property {number | null} microseconds  that a step takes with this method, measured now
 * @property {number | null} backprop  that it takes with backprop, measured now
 */

/**
 * How well the network does on the rows that are trained on, or on those of the test.
 *
 * @typedef {Object} PartScores
 * @property {number} loss  without the penalty; null where it isn't finite
 * @property {number | null} accuracy  0 to 1; null for values
 * @property {number[][] | null} confusion  true class down, answer across
 * @property {number | null} r2  of values
 */

/**
 * Why the training has not learned.
 *
 * @typedef {Object} Diagnosis
 * @property {string} kind
 * @property {string} text
 * @property {Partial<Setting>} change  with which it may learn; empty where nothing is known
 * @property {string} remedy  what a button that does so is called
 */

/**
 * That the training has diverged.
 *
 * @typedef {Object} Divergence
 * @property {number} step  at which it did
 * @property {string} text  what happened, and why
 * @property {number} learning_rate  to try
 */

/**
 * The last step of the run that is shown beside.
 *
 * @typedef {Object} ComparisonMoment
 * @property {number} step
 * @property {number | null} loss
 * @property {number | null} accuracy
 */

/**
 * An array of a frame: where it begins after the header, in bytes.
 *
 * @typedef {Object} ArrayPlace
 * @property {string} name
 * @property {string} type
 * @property {number[]} shape
 * @property {number} at
 */

/**
 * What a frame says beside its arrays.
 *
 * @typedef {Object} FrameHeader
 * @property {number} frame  to be named in ``drawn``
 * @property {number} state  of the State that it belongs to
 * @property {"resting" | "playing" | "preparing" | "finished" | "diverged"} status  preparing: a program is being compiled
 * @property {number} step  that is shown
 * @property {number} last  the last that was made
 * @property {number} more  how many steps it would be as many again, where all are made; else 0
 * @property {number | null} loss  what is descended, of all rows, with the penalty; null where it isn't finite
 * @property {number} penalty
 * @property {PartScores} train
 * @property {PartScores | null} test
 * @property {number} made  steps, so far in this segment
 * @property {number} defined  evaluations of the loss that the definition of the method needs for these
 * @property {number} rate  steps a second, lately
 * @property {Divergence | null} divergence
 * @property {Diagnosis | null} diagnosis  why it has not learned, where all steps are made
 * @property {number[][] | null} answers  of a gate: what the network answers to each row (probabilities or values)
 * @property {number[]} chosen  of a gate: the class answered to each row; else empty
 * @property {[number, number]} range  of values: those of 0 and 255 in ``field``
 * @property {string} run  the name under which the run is kept; empty while it is not
 * @property {ComparisonMoment | null} beside
 * @property {ArrayPlace[]} arrays  written by ``packed``
 */

/**
 * The arrays of a frame. Row 0 of every field is the highest y. Two classes: ``field`` is how far class 1 leads (0: surely
 * class 0, 255: surely class 1; with u = 2·field/255 - 1 its probability is (1 + u·|u|)/2), and ``winner`` is absent. More
 * classes: ``winner`` is the class, ``field`` its probability. Values: ``field`` goes over ``range``.
 *
 * @typedef {Object} Frame
 * @property {FrameHeader} header
 * @property {Float64Array} parameters  w1 row by row (inputs, units), b1, w2, b2, …
 * @property {Uint8Array} field  FIELD × FIELD
 * @property {Int8Array} units  of every hidden unit in order, then of every output: SMALL × SMALL each, -127 to 127 of its
 *     scale
 * @property {Float32Array} scales  of ``units``: the value that 127 stands for
 * @property {Uint8Array} [winner]
 * @property {Int8Array} [look]  FIELD × FIELD, of the unit that is looked at, with its scale
 * @property {Float64Array} [courseStep]  the loss curve; comes not with every frame
 * @property {Float64Array} [courseTrain]
 * @property {Int32Array} [records]  the numbers of the steps that are kept
 * @property {Float64Array} [testStep]
 * @property {Float64Array} [testLoss]
 * @property {Float64Array} [testAccuracy]
 * @property {Uint8Array} [besideField]
 * @property {Float64Array} [besideStep]
 * @property {Float64Array} [besideLoss]
 * @property {Uint8Array} [besideWinner]
 */

/** @typedef {Welcome | State | Fault | Note | RunList | SlopeAnswer | PriceAnswer} ServerMessage */

export {};
