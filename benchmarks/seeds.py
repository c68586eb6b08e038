"""Of 100 seeds of the founding example, how many answer all four rows right? And how do the others answer?"""

from collections import defaultdict

import koubai as kb

answers: dict[tuple[int, ...], list[int]] = defaultdict(list)
for seed in range(100):
    run = kb.train("xor", seed=seed, record_every=5001)
    answers[tuple(run.network.classify(run.data.inputs).tolist())].append(seed)
for answer, seeds in sorted(answers.items(), key=lambda item: -len(item[1])):
    print(f"{answer}: {len(seeds)} seeds" + (f" ({', '.join(map(str, seeds))})" if len(seeds) < 20 else ""))
