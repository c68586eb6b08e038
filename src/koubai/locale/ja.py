"""The sentences in Japanese."""

SENTENCES = {
    # numbers and names of an experiment
    "error-h": "刻み幅 h が {value} になっていますが、0 より大きい有限の数にしてください（例: h = 0.1）。",
    "error-h-precision": "刻み幅 h が {value} になっていますが、{precision} では 0 や無限大と区別できないので、h = 0.1 などにしてください。",
    "error-learning-rate": "学習率が {value} になっていますが、0 以上の有限の数にしてください（例: 0.01）。",
    "error-steps": "ステップ数が {value} になっていますが、0 から {most} までの整数にしてください（例: 5001）。",
    "error-seed": "シードが {value} になっていますが、0 から 4294967295 までの整数にしてください（例: 0）。",
    "error-record-every": "記録の間隔が {value} ステップになっていますが、1 から {most} までの整数にしてください（例: 100）。",
    "error-scale": "重みの初期値のスケールが {value} になっていますが、0 以上の有限の数にしてください（例: 0.1）。",
    "error-hidden": (
        "隠れ層が {value} になっていますが、1 から {most} までのユニット数をカンマで区切って並べるか、"
        "none にしてください（例: 8、16,16）。"
    ),
    "error-gate": "{value!r} という論理ゲートはないので、次の中から選んでください: {choices}。",
    "error-gate-near": "{value!r} という論理ゲートはありませんが、{nearest!r} のことでしょうか。",
    "error-activation": "{value!r} という活性化関数はないので、次の中から選んでください: {choices}。",
    "error-activation-near": "{value!r} という活性化関数はありませんが、{nearest!r} のことでしょうか。",
    "error-method": "傾きの求め方に {value!r} はないので、次の中から選んでください: {choices}。",
    "error-method-near": "傾きの求め方に {value!r} はありませんが、{nearest!r} のことでしょうか。",
    "error-loss": "{value!r} という損失関数はないので、次の中から選んでください: {choices}。",
    "error-loss-near": "{value!r} という損失関数はありませんが、{nearest!r} のことでしょうか。",
    "error-optimizer": "{value!r} という最適化手法はないので、次の中から選んでください: {choices}。",
    "error-optimizer-near": "{value!r} という最適化手法はありませんが、{nearest!r} のことでしょうか。",
    "error-precision": "{value!r} という精度はないので、次の中から選んでください: {choices}。",
    "error-precision-near": "{value!r} という精度はありませんが、{nearest!r} のことでしょうか。",
    "error-optimizer-option": "最適化手法 {optimizer} に {name!r} というパラメータはないので、次の中から選んでください: {choices}。",
    "error-optimizer-no-options": "最適化手法 {optimizer} には設定できるパラメータがないので、{name!r} の指定を取り除いてください。",
    "error-optimizer-value": (
        "最適化手法 {optimizer} のパラメータ {name} が {value} になっていますが、0 以上の有限の数にしてください。"
    ),
    "error-optimizer-decay": (
        "最適化手法 {optimizer} のパラメータ {name} が {value} になっていますが、1 より小さくしてください（例: 0.9）。"
    ),
    "error-not-analytic": (
        "活性化関数 {activation} は複素数に対応していないため {method} では傾きを求められないので、"
        "別の活性化関数にするか、求め方を central にしてください。"
    ),
    "error-start-conflict": (
        "{name} に {value} が指定されていますが、初期ネットワークに固有の値（{own}）があって両立しないので、"
        "どちらか一方だけを指定してください。"
    ),
    "error-no-classes": (
        "教師データがクラスではなく値で、正解・不正解の区別がないので、代わりに network.predict の結果と比べてください。"
    ),
    # networks and data
    "error-sizes": "各層のサイズが {value} になっていますが、1 以上の整数を 2 つ以上並べてください（例: [2, 8, 2]）。",
    "error-output": "出力が {value!r} になっていますが、'softmax' か 'identity' にしてください。",
    "error-no-layers": "ネットワークに層がないので、重みとバイアスの組を 1 つ以上指定してください。",
    "error-layer-shape": (
        "第 {layer} 層の重みの形状が {weights}、バイアスの形状が {bias} になっていますが、"
        "(入力数, ユニット数) と (ユニット数,) にしてください。"
    ),
    "error-layer-pairs": "第 {layer} 層が {value!r} になっていますが、(重み, バイアス) の組にしてください。",
    "error-layer-chain": "第 {layer} 層の入力数 {inputs} と前の層のユニット数 {units} が食い違っているので、同じ数にしてください。",
    "error-not-numbers": "{name} は欠けのない実数の配列でなければならないので、行の長さと型を確認してください。",
    "error-not-finite": "{name} に {value} が含まれていますが、有限の数しか使えないので、取り除くか置き換えてください。",
    "error-inputs-shape": (
        "入力の形状が {shape} になっていますが、このネットワークに合わせて (n, {features}) にしてください（n は 1 以上）。"
    ),
    "error-targets-shape": "教師データの形状が {shape} になっていますが、入力と 1 行ずつ対応する {expected} にしてください。",
    "error-targets-one-hot": (
        "損失関数 {loss} の教師データは one-hot（各行で 1 つだけが 1、残りは 0）でなければならないので、"
        "値を学習する場合は損失関数を squared にしてください。"
    ),
    "error-data-shape": "入力の形状が {shape} になっていますが、1 行 1 列以上の (n, 特徴の数) にしてください。",
    "error-data-rows": "入力が {inputs} 行あるのに教師データは {targets} 個なので、入力の各行に 1 つずつ対応させてください。",
    "error-data-targets": (
        "教師データの形状が {shape} になっていますが、"
        "クラスラベル (n,)、one-hot の行 (n, クラス数)、値のいずれかにしてください。"
    ),
    "error-data-one-hot": (
        "教師データの行 {row} が one-hot ではないので、1 つだけを 1、残りを 0 にするか、task='regress' を指定してください。"
    ),
    "error-data-labels": "クラスラベルに {value!r} が含まれていますが、互いに異なる文字列・数値・真偽値にしてください。",
    "error-data-label": "教師データのラベル {value!r} はクラスの中にないので、次のいずれかにしてください: {choices}。",
    "error-data-type": (
        "{name} が {value!r} になっていますが、論理ゲートの名前か Dataset にしてください"
        "（kb.data.gate と Dataset.from_arrays を参照）。"
    ),
    "error-data-class-names": "クラスは {columns} 個ありますが、名前は {names} 個です。それぞれに 1 つずつ指定してください。",
    "error-data-feature-names": "特徴量は {columns} 個ありますが、名前は {names} 個です。それぞれに 1 つずつ指定してください。",
    "error-data-name": "{value!r} はデータや特徴の名前にできません。UTF-8 で表せる文字列にしてください。",
    "error-task": "task が {value!r} になっていますが、'classify' か 'regress' にしてください。",
    "error-loss-task": "損失関数 cross-entropy にはクラスが必要ですが、教師データが値なので、損失関数を squared にしてください。",
    # an experiment as a file
    "error-experiment-field": "実験に {name!r} という項目はないので、次の中から選んでください: {choices}。",
    "error-experiment-fields": "実験の記述が {value!r} になっていますが、項目名と値の対応（マッピング）でなければなりません。",
    "error-problem": "実験の problem が {value!r} になっていますが、Learning でなければなりません。たとえば kb.Learning('xor') と書いてください。",
    "error-optimizer-options": "最適化手法のパラメータが {value!r} になっていますが、{{'b1': 0.9}} のようなマッピングで指定してください。",
    "error-run-status": "実行の状態が {value!r} になっていますが、次のいずれかでなければなりません: {choices}。",
    "error-run-losses": "損失に {value} がありますが、実行の損失はすべて有限の数でなければなりません。",
    "error-extend-diverged": "この実行はステップ {step} で発散したので、続けられません。学習率を小さくして、もう一度学習させてください。",
    "error-extend-steps": "実行のステップ数が {value} になっていますが、すでに {made} ステップまで進んでいるので、それより大きい数にしてください。",
    "error-record-number": "記録のステップ {value} の順序が正しくありません。番号は 0 から順に増え、損失の範囲内になければなりません。",
    "error-record-shape": "ステップ {value} の記録は {network} のパラメータを含んでいません。",
    "error-experiment-json": "実験を記述した JSON として読み取れません（{reason}）。",
    "error-experiment-arrays": "実験の配列 {sha256} が手元にないので、`arrays` で渡すか、フォルダごと読み込んでください。",
    # training
    "error-diverged": (
        "学習が発散し、ステップ {step} で損失または重みが有限の数でなくなったので、"
        "学習率を {learning_rate} より小さくしてください。"
    ),
    "error-diverged-start": (
        "最初のステップの前（ステップ {step}）から損失が有限の数になっていません。スケールを小さくして、小さな重みから始めてください。"
    ),
    # folders and files
    "error-folder-taken": "フォルダ {path} はすでにあり、上書きはしないので、新しい名前を指定してください。",
    "error-folder-unwritable": "フォルダ {path} に書き込めないので（{reason}）、--out で別の場所を指定してください。",
    "error-save": (
        "実行を {path} に保存できませんでしたが（{reason}）、途中のファイルは残っていません。"
        "空き容量を増やすか、別の場所を指定してください。"
    ),
    "error-file": "ファイル {path} に書き込めませんでしたが（{reason}）、以前の内容はそのまま残っています。",
    "error-load-absent": "{path} というファイルやフォルダはないので、書き方を確かめてください。",
    "error-load-missing": "{path} には {name} がなく、実行として読み込めないので、koubai が書き出したフォルダを指定してください。",
    "error-load-broken": "ファイル {path} が壊れているので（{reason}）、バックアップから戻すか、もう一度学習させてください。",
    "error-load-broken-sum": (
        "ファイル {path} が壊れているので（内容がチェックサムと一致しません）、"
        "バックアップから戻すか、もう一度学習させてください。"
    ),
    "error-load-no-archive": "ファイル {path} は koubai が書き出した実行ではないか、壊れています。バックアップから戻すか、もう一度書き出してください。",
    "error-load-unreadable": "ファイル {path} を読み込めないので（{reason}）、アクセス権とディスクを確認してください。",
    "error-load-version": (
        "{path} の実行の形式は {value} ですが、この koubai が読めるのは {expected} なので、"
        "新しい koubai をインストールしてください。"
    ),
    # the store
    "error-store-not-file": "保存先 {path} はファイルではないので、--store で別のファイルを指定してください。",
    "error-store-foreign": "ファイル {path} は koubai の保存先ではないので、--store で別のファイルを指定してください。",
    "error-store-broken": "保存先 {path} が壊れているので（{reason}）、バックアップから戻すか、--store で別のファイルを指定してください。",
    "error-store-newer": "保存先 {path} の版は {value} ですが、この koubai が読めるのは {expected} なので、新しい koubai をインストールしてください。",
    "error-store-busy": "保存先 {path} は別のプロセスが {seconds} 秒にわたって使用中だったので、終わってからやり直すか、--store で別のファイルを指定してください。",
    "error-store-unwritable": "保存先 {path} を開けないか、書き込めないので（{reason}）、--store で別のファイルを指定するか、--no-store で保存せずに実行してください。",
    "error-store-write": "保存先 {path} に書き込めませんでしたが（{reason}）、それまでの内容は無事です。空き容量を増やしてから、koubai runs resume で続けてください。",
    "error-store-run-damaged": "保存先 {path} にある実行 {name} が壊れています（内容がチェックサムと一致しません）。バックアップから取り込むか、削除してください。",
    "error-store-run": "{value!r} という実行はないので、次の中から選んでください: {choices}。",
    "error-store-run-near": "{value!r} という実行はありませんが、{nearest!r} のことでしょうか。",
    "error-store-empty": "{name!r} という実行はなく、保存先 {path} はまだ空なので、まず koubai train xor などで学習させてください。",
    "error-store-no-steps": "実行 {name} はまだ 1 ステップも進んでいないので、表示するものがありません。止まっている場合は、koubai runs resume {name} で始めてください。",
    "error-store-running": "実行 {name} は今まさに学習中なので、終わるのを待つか、止めてください。",
    "error-store-finished": "実行 {name} は {steps} ステップすべてを終えています。さらに続けるには koubai runs extend {name} --steps N としてください。",
    "error-store-name": '{value!r} は実行の名前にできません。1 から {most} 文字で、/ \\ : * ? " < > | を含まず、- や . で始まらず、.zip で終わらず、latest でもない名前にしてください。',
    "error-store-name-taken": "{value!r} という実行がすでにあるので、別の名前にしてください。",
    "error-store-tag": "{value!r} はタグにできません。前後に空白のない 1 から {most} 文字にしてください。",
    "error-run-status-filter": "{value!r} という状態はないので、次の中から選んでください: {choices}。",
    "error-run-status-filter-near": "{value!r} という状態はありませんが、{nearest!r} のことでしょうか。",
    "error-run-sort": "{value!r} では並べ替えられないので、次の中から選んでください: {choices}。",
    "error-run-sort-near": "{value!r} では並べ替えられませんが、{nearest!r} のことでしょうか。",
    "error-export-missing": "ファイル {path} がないので、koubai が safetensors 形式で書き出したネットワークを指定してください。",
    "error-export-no-file": "{path} は通常のファイルではないので、koubai が safetensors 形式で書き出したネットワークを指定してください。",
    "error-export-foreign": (
        "ファイル {path} は koubai が safetensors 形式で書き出したネットワークではないので、"
        "書き出したファイルを指定するか、実行のフォルダごと読み込んでください。"
    ),
    "error-export-damaged": (
        "ファイル {path} が壊れているので（ネットワークの内容がチェックサムと一致しません）、"
        "バックアップから戻すか、もう一度書き出してください。"
    ),
    "error-export-version": (
        "{path} のネットワークの形式は {value} ですが、この koubai が読めるのは {expected} なので、"
        "新しい koubai をインストールしてください。"
    ),
    "error-export-unreadable": "ファイル {path} を読み込めないので（{reason}）、名前とアクセス権、ディスクを確認してください。",
    "error-export-onnx-missing": "ONNX 形式で書き出すにはパッケージ onnx が必要なので、次のようにインストールしてください: pip install 'koubai[onnx]'",
    # the command line
    "error-prefix": "koubai: {sentence}",
    "error-language": "{name} が {value!r} になっていますが、次のいずれかにしてください: {choices}。",
    "error-pictures": "図の種類に {value!r} はないので、次の中から選んでください: {choices}。",
    "error-pictures-near": "図の種類に {value!r} はありませんが、{nearest!r} のことでしょうか。",
    "error-film": "動画の種類に {value!r} はないので、次の中から選んでください: {choices}。",
    "error-film-near": "動画の種類に {value!r} はありませんが、{nearest!r} のことでしょうか。",
    "error-film-size": (
        "動画のサイズが {value!r} になっていますが、{least} から {most} までの偶数のピクセル数で"
        "「幅x高さ」の形にしてください（例: 1280x720）。"
    ),
    "error-film-rate": (
        "動画のフレームレートが {value} になっていますが、1 秒あたりのフレーム数を 1 から {most} までの整数で"
        "指定してください（例: 10）。"
    ),
    "error-list": "{value!r} の一覧はないので、次の中から選んでください: {choices}。",
    "error-list-near": "{value!r} の一覧はありませんが、{nearest!r} のことでしょうか。",
    "error-runs-limit": "表示する件数が {value} になっていますが、1 以上の整数か all にしてください（例: 50）。",
    "error-replay-seconds": "再生時間が {value} 秒になっていますが、0 より大きい数にしてください（例: 2）。",
    "error-extend-no-steps": "合計で何ステップにするかを指定してください（例: koubai runs extend {name} --steps 10000）。",
    "error-edit-nothing": "{name} の変更内容がないので、--name、--note、--tag、--untag のいずれかを指定してください。",
    "error-delete-unasked": "{names} を削除する前に確認しますが、標準入力が端末ではなく答えられないので、--yes を付けてください。",
    "error-file-taken": "ファイル {path} はすでにあり、上書きはしないので、--out で別の名前を指定してください。",
    "error-file-no-folder": "フォルダ {folder} がないので、ファイル {path} を書き込めません。フォルダを作るか、--out で別の名前を指定してください。",
    "error-import-one-name": "{files} 件の実行に対して名前が {name!r} の 1 つだけなので、1 つずつ取り込むか、--name を外してください。",
    "error-compare-few": "比べる実行を 2 つ以上指定してください（例: koubai runs compare A B）。",
    "error-compare-many": "一度に比べられる実行は {most} 件までなので、{runs} 件から減らしてください。",
    "error-format-ending": "{path} の拡張子からは形式が分からないので、{choices} のいずれかにするか、--format で形式を指定してください。",
    "error-format": "{value!r} という形式はないので、次の中から選んでください: {choices}。",
    "error-format-near": "{value!r} という形式はありませんが、{nearest!r} のことでしょうか。",
    "error-shell": "シェル {value!r} の補完はないので、次の中から選んでください: {choices}。",
    "error-shell-near": "シェル {value!r} の補完はありませんが、{nearest!r} のことでしょうか。",
    "error-usage": "{reason} koubai --help を参照してください。",
    "error-option": "オプション --{value} はないので、次の中から選んでください: {choices}。",
    "error-option-near": "オプション --{value} はありませんが、--{nearest} のことでしょうか。",
    "error-command": "{value!r} というコマンドはないので、次の中から選んでください: {choices}。",
    "error-command-near": "{value!r} というコマンドはありませんが、{nearest!r} のことでしょうか。",
    "error-option-value": "オプション {name} の後に値を書いてください（koubai {command} --help を参照）。",
    "error-option-flag": "オプション {name} は値を取らないので、値を取り除いてください。",
    "error-argument-gate": "何を学習させるかを指定してください（例: koubai train xor）。",
    "error-argument-folder": "どのフォルダを表示するかを指定してください（例: koubai show koubai-runs/xor-0）。",
    "error-argument-run": "どの実行かを指定してください（例: xor-0、latest）。koubai runs で一覧を表示できます。",
    "error-argument-runs": "どの実行かを指定してください（例: xor-0、latest）。koubai runs で一覧を表示できます。",
    "error-argument-files": "取り込むファイルかフォルダを指定してください（例: koubai runs import A.zip）。",
    "error-argument-shell": "シェルを指定してください: koubai completion bash、zsh、fish のいずれか。",
    "error-argument-extra": "余分な語 {value} があるので、対象は 1 つにし、オプションは --seed 1 のように書いてください。",
    "error-internal": "予期しない問題が発生したので（{reason}）、実行したコマンドを添えて報告してください。",
    "error-output-closed": "出力を書き込めないので（{reason}）、出力先を確認してください。",
    "error-memory": "メモリが足りないので、ユニットか記録の数を減らしてください。",
    "interrupted": "中断しました。",
    "interrupted-early": "最初のステップの前に中断したため、何も書き込んでいません。",
    "interrupted-folder": "ステップ {step} で中断しました。それまでの記録は {folder} にあります。",
    "interrupted-kept": "ステップ {step} で中断しました。それまでの記録は {folder} にあります。続けるには: koubai runs resume {name}",
    "interrupted-finished": "図の描画中に中断しましたが、実行そのものは {folder} にすべて保存されています。",
    "diverged-kept": "それまでの記録は {folder} にあります。",
    "help-usage": "使い方: {usage}",
    "help-commands": "コマンド",
    "help-default": "{text} [既定値: {default}]",
    "help-group-network": "ネットワーク",
    "help-group-slopes": "傾き",
    "help-group-descent": "勾配降下",
    "help-group-files": "ファイル",
    "help-group-display": "表示",
    "help-group-general": "全般",
    "help-koubai": "ニューラルネットワークが勾配降下で学習する様子を、傾きを 1 つ 1 つ測るところから見られます。",
    "help-train-short": "論理ゲートやパリティをネットワークに学習させる",
    "help-train": (
        "GATE の真理値表を再現するネットワークを学習させます。GATE は xor、and、or、nand など 2 入力の論理ゲート"
        "（全 16 種類）か、parity-3 から parity-8 です。koubai list gates で一覧を表示します。\n\n"
        "オプションを付けなければ、最初の例を実行します。隠れ層は ReLU 8 ユニットで、すべての重みとバイアスを 1 つずつ "
        "+h と -h だけ動かして傾きを測り、その傾きに沿って 5001 ステップ下ります。Ctrl-C で止めても、それまでの記録は残ります。"
    ),
    "help-show-short": "保存した実行をもう一度描画する",
    "help-show": (
        "FOLDER に保存した実行の図、動画、再生を、言語やサイズ、フレームレートを変えてもう一度描画します。"
        "結果は新しいフォルダに書き出し、何も上書きしません。"
    ),
    "help-group-runs": "実行",
    "help-runs-short": "保存された実行の一覧を見たり、続きを実行したりする",
    "help-runs": "保存された実行を新しい順に一覧表示します。学習はすべて最初のステップから保存され、続けたり、比べたり、再生したり、書き出したりできます。\n\nRUN には一覧の名前か latest を指定します。内容を変更しないコマンドでは、koubai train のフォルダや書き出したファイルのパスも使えます。",
    "help-runs-list-short": "実行の一覧を表示する（koubai runs だけでも同じ）",
    "help-runs-list": "保存された実行を新しい順に一覧表示します。koubai runs だけでも同じです。",
    "help-runs-show-short": "実行の詳細を表示する",
    "help-runs-show": "実行がどこまで進んだか、どう実行したか、バージョン、同じ実行を再現するコマンドを表示します。",
    "help-runs-resume-short": "止まった実行を続ける",
    "help-runs-resume": "Ctrl-C、異常終了、停電などで止まった実行を、最後に保存されたところから続けます。結果は、止まらなかった場合と 1 ビットも違いません。",
    "help-runs-extend-short": "実行のステップ数を増やす",
    "help-runs-extend": "実行のステップ数を増やして続けます。結果は、最初からその長さで実行した場合と同じです。",
    "help-runs-compare-short": "実行を表、損失の曲線、決定領域で比べる",
    "help-runs-compare": "2 つ以上の実行を比べます。違いを表にし、損失の曲線を 1 つの図に重ね、決定領域を並べて描きます。",
    "help-runs-replay-short": "実行を端末や動画で再生する",
    "help-runs-replay": "実行を端末で再生します。--film を付けると、好きなサイズとフレームレートで動画を描き直し、新しいフォルダに保存します。",
    "help-runs-edit-short": "実行の名前、タグ、メモを変更する",
    "help-runs-edit": "実行の名前、タグ、メモを変更します。",
    "help-runs-delete-short": "確認してから実行を削除する",
    "help-runs-delete": "確認してから、実行を保存先から削除します。図などのフォルダは残ります。",
    "help-runs-export-short": "実行やネットワークをファイルに書き出す",
    "help-runs-export": "実行を 1 つのファイルに書き出します。別のマシンでは koubai runs import で取り込めます。ネットワークを safetensors、ONNX、CSV で書き出したり、実行を再現する NumPy だけの Python スクリプト（選んだ言語のコメント付き、koubai 不要）にしたりもできます。",
    "help-runs-import-short": "書き出したファイルやフォルダを取り込む",
    "help-runs-import": "実行を保存先に取り込みます。FILES には、koubai runs export で書き出したファイルか、koubai train のフォルダを指定します。すでにある実行はそのまま残ります。",
    "help-completion-short": "シェルの補完用スクリプトを表示する",
    "help-completion": 'SHELL（bash、zsh、fish）でコマンド、オプション、実行の名前を補完するためのスクリプトを表示します。bash なら、次の行を ~/.bashrc に書いてください: eval "$(koubai completion bash)"',
    "help-status": "この状態の実行だけを表示: {choices}",
    "help-data": "これを学習した実行だけを表示（例: xor）",
    "help-runs-method": "この方法で傾きを求めた実行だけを表示",
    "help-tag": "このタグの付いた実行だけを表示",
    "help-sort": "並べ替えの基準: {choices}",
    "help-reverse": "逆順にする",
    "help-limit": "表示する最大件数、または all [既定値: 20、--json では all]",
    "help-as-json": "JSON で標準出力に書き出す",
    "help-runs-json": "一覧を JSON で標準出力に書き出す",
    "help-store": "実行の保存先のファイル [既定値: KOUBAI_STORE、なければデータフォルダの runs.sqlite]",
    "help-no-store": "保存先には残さず、フォルダだけに保存する",
    "help-name": "実行の名前 [既定値: GATE-シード（使われていれば番号付き）]",
    "help-runs-steps": "合計のステップ数",
    "help-runs-out": "ファイルを保存する新しいフォルダ [既定値: koubai-runs/RUN（使われていれば番号付き）]",
    "help-runs-compare-out": "図を保存する新しいフォルダ [既定値: koubai-runs/compared（使われていれば番号付き）]",
    "help-seconds": "端末での再生時間（秒）",
    "help-runs-replay-out": "動画を保存する新しいフォルダ [既定値: koubai-runs/RUN-film（使われていれば番号付き）]",
    "help-runs-name": "実行の新しい名前",
    "help-runs-tag": "追加するタグ（複数指定可）",
    "help-untag": "外すタグ（複数指定可）",
    "help-note": "後で読む人のためのメモ",
    "help-yes": "確認しない",
    "help-format": "書き出す形式: {choices} [既定値: ファイル名に合わせる。なければ run]",
    "help-runs-export-out": "新しいファイル [既定値: RUN に形式の拡張子を付けた名前]",
    "help-list-short": "選べるものを一覧する",
    "help-list": (
        "選べるものを、1 行の説明を付けて一覧します。WHAT は gates、activations、methods、losses、optimizers のいずれかで、"
        "省略するとすべて表示します。"
    ),
    "help-hidden": "隠れ層のユニット数。複数の層はカンマで区切る（例: 8、16,16）。隠れ層なしは none",
    "help-activation": "隠れ層の活性化関数: {choices}",
    "help-scale": "重みの初期値のスケール。標準正規乱数に掛ける数",
    "help-seed": "重みの初期値のシード。0 以上の整数",
    "help-method": "傾きの求め方: {choices}",
    "help-h": "差分の刻み幅。各重みを動かす幅 [既定値: 0.1、complex-step では 1e-20]",
    "help-loss": "損失関数: {choices}",
    "help-precision": "数の精度（64 ビットか 32 ビット）: {choices}",
    "help-optimizer": (
        "最適化手法。パラメータはコロンの後に書く（例: adam、adam:b1=0.8,eps=1e-6）。一覧は koubai list optimizers"
    ),
    "help-learning-rate": "学習率。傾きと逆向きに動かす割合",
    "help-steps": "ステップ数",
    "help-record-every": "記録（動画のフレーム）の間隔のステップ数",
    "help-out": "ファイルを書き出す新しいフォルダ [既定値: koubai-runs/GATE-SEED、すでにあれば番号付き]",
    "help-show-out": "ファイルを書き出す新しいフォルダ [既定値: FOLDER/shown、すでにあれば番号付き]",
    "help-pictures": "図の形式: png、svg、both（両方）、none（なし）",
    "help-film": "動画の形式: both（両方）、mp4、gif、none（なし）",
    "help-film-size": "動画の幅と高さ（偶数のピクセル数）",
    "help-film-rate": "1 秒あたりのフレーム数 [既定値: 記録の数に応じて決定]",
    "help-quiet": "エラーだけを表示（経過と結果は非表示）",
    "help-no-replay": "端末の動く図の代わりに、行ごとの文字で表示",
    "help-json": "結果を 1 つの JSON オブジェクトとして標準出力に出力（経過は標準エラー出力へ）",
    "help-lang": "表示の言語: {choices} [既定値: KOUBAI_LANG、なければロケール]",
    "help-help": "このヘルプを表示して終了",
    "help-version": "バージョンを表示して終了",
    # koubai list
    "list-gates": "論理ゲートとパリティ",
    "list-gate-false": "常に 0",
    "list-gate-and": "両方が 1 なら 1",
    "list-gate-nimply": "x1 が 1 で x2 が 0 なら 1",
    "list-gate-a": "x1",
    "list-gate-ncimply": "x1 が 0 で x2 が 1 なら 1",
    "list-gate-b": "x2",
    "list-gate-xor": "一方だけが 1 なら 1（1 本の直線では分けられない）",
    "list-gate-or": "少なくとも一方が 1 なら 1",
    "list-gate-nor": "どちらも 1 でなければ 1",
    "list-gate-xnor": "両方が同じなら 1（1 本の直線では分けられない）",
    "list-gate-not-b": "x2 の否定",
    "list-gate-cimply": "x1 が 0 で x2 が 1 なら 0",
    "list-gate-not-a": "x1 の否定",
    "list-gate-imply": "x1 が 1 で x2 が 0 なら 0",
    "list-gate-nand": "両方が 1 なら 0",
    "list-gate-true": "常に 1",
    "list-gate-parity": "{inputs} 個の入力のうち奇数個が 1 なら 1",
    "list-activations": "隠れ層の活性化関数",
    "list-activation-relu": "v > 0 なら v、それ以外は 0（0 で折れ曲がる）",
    "list-activation-leaky-relu": "v > 0 なら v、それ以外は 0.01 v（0 で折れ曲がる）",
    "list-activation-tanh": "双曲線正接、値は -1 から 1",
    "list-activation-sigmoid": "1 / (1 + exp(-v))、値は 0 から 1",
    "list-activation-softplus": "log(1 + exp(v))、滑らかな ReLU",
    "list-activation-gelu": "v × 標準正規分布で v 以下になる確率",
    "list-activation-sin": "正弦",
    "list-activation-identity": "v そのもの（層を重ねても全体で 1 つのアフィン変換）",
    "list-activation-step": "v > 0 なら 1、それ以外は 0（微分は役に立たないが、差分なら測れる）",
    "list-methods": "傾きの求め方",
    "list-method-central": "中心差分 (f(w+h) - f(w-h)) / 2h を応答曲線で計算（値は loop と同じで高速）",
    "list-method-loop": "同じ中心差分を単純な二重ループで計算（定義そのもの、低速）",
    "list-method-forward": "前進差分 (f(w+h) - f(w)) / h",
    "list-method-complex-step": "複素ステップ: f(w+ih) の虚部 / h（丸め誤差を除いて正確）",
    "list-method-backprop": "誤差逆伝播法による正確な傾き（比較用）",
    "list-method-spsa": "すべての傾きを 2 回の評価で推定（全部の重みを同時に、それぞれ上か下へランダムに動かす）",
    "list-method-random-directions": "すべての傾きを 2 回の評価で推定（ランダムな 1 つの方向に動かす）",
    "list-losses": "損失関数",
    "list-loss-cross-entropy": "交差エントロピー誤差: -log(p[正解クラス] + 1e-7) の平均（ソフトマックス関数あり）",
    "list-loss-squared": "二乗和誤差: 誤差の二乗和の 1/2 の平均（ソフトマックス関数なし）",
    "list-optimizers": "最適化手法",
    "list-optimizer-gradient-descent": "重み - 学習率 × 傾き",
    "list-optimizer-momentum": "前回の動きの一部を引き継ぐ",
    "list-optimizer-nesterov": "先を読む momentum",
    "list-optimizer-adam": "傾きの平均とその二乗の平均から、重みごとに学習率を調整",
    "list-optimizer-adamw": "重み減衰を傾きから切り離した adam",
    "list-optimizer-nadam": "nesterov のように先を読む adam",
    "list-optimizer-adamax": "二乗平均の代わりに最大の傾きを使う adam",
    "list-optimizer-amsgrad": "学習率が再び大きくならない adam",
    "list-optimizer-radam": "傾きをまだ少ししか見ていないうちは慎重な adam",
    "list-optimizer-adabelief": "傾きの二乗の代わりに傾きのばらつきを使う adam",
    "list-optimizer-yogi": "学習率がゆっくり変わる adam",
    "list-optimizer-adagrad": "それまでの傾きがたまるほど学習率を小さくする",
    "list-optimizer-adadelta": "最近の動きと傾きの大きさから学習率を決める",
    "list-optimizer-rmsprop": "最近の傾きの二乗平均から学習率を決める",
    "list-optimizer-lion": "平均した傾きの符号で動かす",
    "list-optimizer-lamb": "層ごとの大きさに合わせて動きを変える adam",
    # progress and results
    "progress-classify": "ステップ {step}   損失 {loss}   答え {answers}   {left}",
    "progress-regress": "ステップ {step}   損失 {loss}   {left}",
    "progress-right": "{right}/{rows} 正解",
    "progress-left-unknown": "",
    "progress-left-seconds": "残り {seconds} 秒",
    "progress-left": "残り {time} (時:分)",
    "report-start": (
        "{data} の学習: ネットワーク {sizes}、{activation}、シード {seed}\n"
        "{steps} ステップ、学習率 {learning_rate}、傾きの求め方 {method}、h = {h}"
    ),
    "data-unnamed": "自分のデータ",
    "report-going-on": "ステップ {step} の続きから始めます。",
    "report-success": "学習できました。{rows} 個の答えがすべて正解です。",
    "report-failure": (
        "学習できませんでした。{rows} 個の答えのうち正解は {right} 個です。\n"
        "別のシードならうまくいくかもしれません: --seed {seed}"
    ),
    "report-drawing": "図と動画を描いています…",
    "report-answer": "答え",
    "report-right": "正解",
    "report-wrong": "不正解",
    "report-probability": "p({label})",
    "report-value": "y({label})",
    "report-loss": "損失は最初の {first} から {steps} ステップで {loss} になりました。\n学習時間は {seconds} 秒です。",
    "report-kept": "{name} として保存しました。一覧は koubai runs で表示できます。",
    "runs-more": "最初の {shown} 件です。--limit all ですべて表示します。",
    "runs-none": "{path} にはまだ実行がありません。koubai train xor などで学習させてください。",
    "runs-none-such": "{path} に条件に合う実行はありません。条件を付けずに koubai runs とすると一覧を表示できます。",
    "runs-column-name": "名前",
    "runs-column-status": "状態",
    "runs-column-data": "データ",
    "runs-column-method": "方法",
    "runs-column-steps": "ステップ",
    "runs-column-loss": "損失",
    "runs-column-right": "正解",
    "runs-column-started": "開始",
    "runs-column-tags": "タグ",
    "status-running": "進行中",
    "status-finished": "完了",
    "status-interrupted": "中断",
    "status-diverged": "発散",
    "status-damaged": "破損",
    "run-status": "状態",
    "run-steps": "ステップ",
    "run-made": "実行したステップ",
    "run-loss": "損失",
    "run-answers": "答え",
    "run-data": "データ",
    "run-network": "ネットワーク",
    "run-network-is": "隠れ層 {hidden}、{activation}、シード {seed}",
    "run-slopes": "傾き",
    "run-descent-is": "{rule}、学習率 {rate}",
    "run-descent": "降下",
    "run-started": "開始",
    "run-seconds": "学習時間",
    "run-seconds-are": "{seconds} 秒",
    "run-tags": "タグ",
    "run-note": "メモ",
    "run-folder": "フォルダ",
    "run-versions": "バージョン",
    "run-machine": "マシン",
    "run-again": "再現",
    "resume-differs": "{name} が {then} から {now} に変わっているので、末尾の桁が異なることがあります。",
    "edit-done": "変更しました: {name}",
    "delete-what": "{name}: {status}、{steps} ステップ",
    "delete-ask": "完全に削除しますか（{runs} 件）[y/N]",
    "delete-yes": "y yes はい",
    "delete-done": "削除しました: {name}",
    "export-done": "{name} を {path} に書き出しました。",
    "import-done": "{path} を {name} として取り込みました。",
    "import-known": "{path} の実行は {name} としてすでにあるので、そのままにします。",
    "compare-same": "これらの実行の設定に違いはありません。",
    "compare-losses-title": "{runs} 件の実行の損失",
    "compare-regions-title": "{runs} 件の実行の決定領域",
    "compare-panel": "損失 {loss}、正解 {right}/{rows}",
    "report-files": "{folder} のファイル:",
    "file-film": "決定領域、ネットワーク、損失、答えの動画",
    "file-region": "決定領域",
    "file-regions": "並べた決定領域",
    "file-table": "真理値表の各行に対する答え",
    "file-network": "ネットワーク（ユニット、重み、バイアス）",
    "file-units": "各隠れユニットが平面に引く直線",
    "file-loss": "損失の推移",
    "file-run": "実験の設定、結果、バージョン",
    "file-losses": "各ステップ後の損失",
    "file-records": "{every} ステップごとの重み",
    "file-weights": "学習後の重み",
    # pictures
    "picture-softmax": "クラス 1 の確率",
    "picture-identity": "クラス 1 の優位: (1 + y(1) - y(0)) / 2",
    "picture-outputs": "クラス 1 の確率、または優位",
    "picture-class-0": "クラス 0",
    "picture-class-1": "クラス 1",
    "picture-answers-1": "答えが 1 の格子点",
    "picture-region-title": "{data}: {step} ステップ後の決定領域",
    "picture-loss": "損失",
    "picture-loss-cross-entropy": "損失 (交差エントロピー誤差)",
    "picture-loss-squared": "損失 (二乗和誤差)",
    "picture-log-scale": "{loss}、対数目盛",
    "picture-records": "記録",
    "picture-step": "ステップ",
    "picture-loss-title": "{data}: 損失、シード {seed}",
    "picture-network-title": "{data}: {step} ステップ後のネットワーク",
    "picture-units-title": "{data}: {step} ステップ後の隠れユニットの直線",
    "picture-table-title": "{data}: {step} ステップ後の答え",
    "picture-positive": "正の重み",
    "picture-negative": "負の重み",
    "picture-bias": "バイアス",
    "picture-widest": "最大: {size}",
    "picture-for-1": "クラス 1 を支持",
    "picture-for-0": "クラス 0 を支持",
    "picture-active-side": "ユニットが働く側",
    "picture-strongest-units": "{units} 個のユニットのうち、影響の大きい {shown} 個だけを描いています。",
    "picture-missing-units": "直線がこの範囲にないユニット: {units}",
    "picture-crossed": "(× = 不正解)",
    "film-title": "{data}    ステップ {step} / {last}    損失 {loss}",
    "film-answers": "答え",
    # the terminal
    "terminal-step": "ステップ {step}/{steps}",
    "terminal-loss": "損失 {first} → {now}",
    "terminal-class": "クラス {label}",
    "terminal-target": "正解",
    "terminal-skip": "キーを押すとスキップ",
    # the comments of an exported script
    "script-title-gate": "ニューラルネットワークが {name} の真理値表を勾配降下法で学習します。",
    "script-title": "ニューラルネットワークが勾配降下法で学習します。",
    "script-idea-central": (
        "重みとバイアスを 1 つずつほんの少し増やしたり減らしたりして、損失の変化から\n"
        "傾きを測ります。全部の傾きを測ったら、すべてを傾きと逆の向きに少しだけ動かします。\n"
        "これが 1 ステップです。"
    ),
    "script-idea": (
        "損失には、重みとバイアスのそれぞれについて傾きがあります。すべてを傾きと逆の向きに\n"
        "少しだけ動かすと、損失が小さくなります。これが 1 ステップです。"
    ),
    "script-needs-picture": (
        "koubai {version} で行った学習を、同じ順序で再現します。koubai は必要ありません。\n"
        "使うのは NumPy と、最後に図を描くための Matplotlib だけです。"
    ),
    "script-needs": ("koubai {version} で行った学習を、同じ順序で再現します。koubai は必要なく、\n使うのは NumPy だけです。"),
    "script-for-picture": "最後に図を描くためだけに使う",
    "script-settings": "設定: どれか 1 つを変えて、結果がどう変わるか試してみよう",
    "script-h": "傾きを測るときに、パラメータを動かす幅",
    "script-h-imaginary": "傾きを測るときに、パラメータを虚数方向に動かす幅",
    "script-learning-rate": "学習率: これに傾きを掛けた分だけ動かす",
    "script-steps": "すべてのパラメータを動かす回数",
    "script-record-every": "損失を表示する間隔（ステップ数）",
    "script-seed": "乱数のシード（変えると、使う乱数が変わる）",
    "script-option": "最適化手法 {optimizer} のパラメータ",
    "script-single": "学習のときと同じく 32 ビット (float32) で計算する（NumPy 2 以降が必要）",
    "script-data-classes": "学習するデータ: 各行の入力と、正解のクラスの番号",
    "script-data-values": "学習するデータ: 各行の入力と、正解の値",
    "script-data-file": "このスクリプトと同じ場所にあるファイルから読み込む（1 行目は列の名前）",
    "script-one-hot": "正解のクラスだけ 1、ほかは 0",
    "script-class-names": "クラスの名前",
    "script-start-random": "学習前のネットワーク: 重みは小さな乱数、バイアスは 0",
    "script-start-own": "学習前のネットワーク: あらかじめ与えられた重みとバイアス",
    "script-start-file": (
        "学習前のネットワーク: このスクリプトと同じ場所にあるファイルに、\nすべての重みとバイアスが順に並んでいる"
    ),
    "script-layer": "第 {layer} 層: 入力 {inputs} 個、ユニット {units} 個",
    "script-real-part": "複素ステップではここを複素数が通るので、実部で判定する",
    "script-no-overflow": "exp に渡すのは 0 以下の数だけなので、オーバーフローしない",
    "script-share-below": "標準正規分布で v 以下になる確率",
    "script-activation-slope": "活性化関数 {activation} の、v での傾き",
    "script-softmax": ("値を確率に変える（各行の合計が 1 になる）\n先に各行の最大値を引いておくと、exp がオーバーフローしない"),
    "script-network-layers": "入力（1 行が 1 点）から答えまで、層を順に計算する",
    "script-network-layer": "入力（1 行が 1 点）から答えを計算する（層は 1 つだけ）",
    "script-loss-cross-entropy": (
        "-log(正解のクラスの確率) を全部の行で平均する\n1e-7 を足すのは、確率が 0 のときに log が無限大になるのを防ぐため"
    ),
    "script-loss-squared": "誤差の二乗和の半分を、全部の行で平均する",
    "script-threefry": (
        "学習のときと同じ乱数を作る Threefry-2x32\n(J. K. Salmon 他, Parallel Random Numbers: As Easy as 1, 2, 3, 2011)"
    ),
    "script-directions-spsa": "パラメータごとに +1 か -1 を、ステップのたびに新しく選ぶ",
    "script-directions-random-directions": "パラメータごとに標準正規乱数を、ステップのたびに新しく作る",
    "script-normals": "-1 から 1 の一様な乱数を、標準正規分布に従う乱数に変える",
    "script-slopes-central": (
        "パラメータを 1 つだけ h 増やしたときと h 減らしたときの損失を計算する\n"
        "2 つの損失の差を 2h で割ったものが、そのパラメータの傾き（中心差分）"
    ),
    "script-slopes-forward": (
        "パラメータを 1 つだけ h 増やし、損失の変化を増やした幅で割る\nこれがそのパラメータの傾き（前進差分）"
    ),
    "script-slopes-complex-step": (
        "パラメータを 1 つだけ虚数方向に h 動かし、損失の虚部を h で割る\n"
        "これがそのパラメータの傾き（複素ステップ）。引き算がないので h をごく小さくできる"
    ),
    "script-slopes-backprop": (
        "誤差逆伝播法で正確な傾きを求める\nまず入力側から順に計算し、次に連鎖律を使って出力側から逆向きにたどる"
    ),
    "script-error": "d は、層の値 z に対する損失の傾き（最後の層から始める）",
    "script-slopes-spsa": (
        "すべてのパラメータを同時に、それぞれランダムに h だけ増減させ、次に全部を逆に動かす\n"
        "この 2 つの損失だけで全部の傾きを推定する。平均すれば正しい (SPSA)"
    ),
    "script-slopes-random-directions": (
        "すべてのパラメータを同時に、ランダムな 1 つの方向へ動かし、次に逆へ動かす\n"
        "その方向の傾きに方向を掛けて、全部の傾きを推定する。平均すれば正しい"
    ),
    "script-put-back": "元に戻す",
    "script-training": "学習: 先に全部の傾きを求めてから、すべてのパラメータを動かす",
    "script-answers": "学習したネットワークの答え",
    "script-picture-classes": "決定領域: 平面のどこで、ネットワークがどのクラスと答えるか",
    "script-picture-values": "平面の各点でのネットワークの答え",
    "script-word-step": "ステップ",
    "script-word-loss": "損失",
    "script-word-right": "正解",
    "script-word-correct": "正解数",
    "script-word-picture": "図",
}
