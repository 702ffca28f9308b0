/** A name as its bearer writes it, and in letters that a username may hold. */
export interface Name {
  readonly written: string;
  readonly plain: string;
}

/** Where people share names, a language and an order of the two. */
export interface Culture {
  /** As in the preferences of an account (BCP 47). */
  readonly language: string;
  /** So many among all of them. */
  readonly weight: number;
  /** The most frequent first. */
  readonly given: readonly Name[];
  readonly family: readonly Name[];
  /** Puts the two names together; the family name second, after a space, unless said otherwise. */
  readonly full?: (given: string, family: string) => string;
}

/** `Zoë Ana`, or `Юлия=yuliya` where the plain form does not follow from dropping accents. */
function names(list: string): Name[] {
  return list
    .trim()
    .split(/\s+/)
    .map((entry) => {
      const [written = '', plain = plainOf(written)] = entry.split('=');
      return { written: written.normalize('NFC'), plain };
    });
}

/** Latin letters that do not fall apart into a letter and its accent. */
const SPELT: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  æ: 'ae',
  ð: 'd',
  þ: 'th',
};

function plainOf(written: string): string {
  const lower = written.toLowerCase().replace(/[ßøłæðþ]/g, (letter) => SPELT[letter] ?? '');
  return lower.normalize('NFD').replaceAll(/[^a-z]/g, '');
}

const familyFirst = (given: string, family: string) => `${family}${given}`;

/** Enough of each for a million people to differ, and for the frequent ones to be many. */
export const CULTURES: readonly Culture[] = [
  {
    language: 'en',
    weight: 34,
    given: names(`James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William
      Barbara Ada Grace Thomas Sarah Daniel Karen Matthew Nancy Anthony Lisa Mark Betty Emma Noah
      Olivia Liam Ava Lucas Mia Ethan Chloë Zoë Renée Siobhán Seán Niamh Oisín Aoife`),
    family: names(`Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore
      Jackson Martin Lee Thompson White Harris Clark Lewis Walker Hall Young King Wright Scott
      Green Baker Adams Nelson Carter Mitchell O’Neill=oneill O’Brien=obrien Lovelace Hopper Turing`),
  },
  {
    language: 'es',
    weight: 13,
    given: names(`María José Lucía Juan Carmen Luis Ana Carlos Sofía Jesús Elena Ángel Inés Andrés
      Belén Óscar Raúl Verónica Íñigo Begoña Martín Noelia Tomás Rocío`),
    family: names(`García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Jiménez
      Muñoz Álvarez Ruiz Hernández Díaz Núñez Ibáñez Peña Castaño Ordóñez`),
  },
  {
    language: 'pt',
    weight: 7,
    given: names(
      `João Ana Luís Beatriz Antônio Conceição Gonçalo Inês Tiago Mariana Estêvão Lúcia`,
    ),
    family: names(`Silva Santos Oliveira Souza Pereira Ferreira Gonçalves Simões Guimarães Araújo
      Magalhães Assunção`),
  },
  {
    language: 'fr',
    weight: 7,
    given: names(`Marie Jean Camille Léa Louis Chloé Émile Hélène François Noémie Benoît Anaïs Loïc
      Cécile Jérôme Aurélie Maëlle Théo`),
    family: names(`Martin Bernard Dubois Durand Lefèvre Moreau Girard Lévêque Besançon Hervé Noël
      Rivière Fournier Châtelain Gauthier D’Amboise=damboise`),
  },
  {
    language: 'de',
    weight: 7,
    given: names(`Anna Lukas Jürgen Käthe Björn Sören Grete Jörg Ursula Heike Günther Lena Felix
      Bärbel Matthias Annegret`),
    family: names(`Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schäfer Groß Köhler
      König Krüger Weiß Jäger Böhm Voß Löwe`),
  },
  {
    language: 'pl',
    weight: 4,
    given: names(`Anna Piotr Małgorzata Łukasz Zofia Paweł Agnieszka Michał Józef Żaneta`),
    family: names(`Nowak Kowalski Wiśniewski Wójcik Kamiński Zieliński Szymański Woźniak Dąbrowski
      Łuczak`),
  },
  {
    language: 'sv',
    weight: 3,
    given: names(`Astrid Åsa Björn Søren Øyvind Märta Freyja Þórunn Jón Ólöf Kåre Signe`),
    family: names(`Andersson Johansson Åkesson Sjöberg Ødegård Sørensen Jørgensen Guðmundsdóttir
      Hämäläinen Mäkinen`),
  },
  {
    language: 'tr',
    weight: 3,
    given: names(`Ayşe Mehmet Fatma Çağla Gülşen Ömer Şükrü Özlem Yiğit=yigit Uğur`),
    family: names(`Yılmaz=yilmaz Şahin Çelik Öztürk Doğan Yıldız=yildiz Kılıç=kilic Güneş`),
  },
  {
    language: 'vi',
    weight: 3,
    given: names(`Anh Hương Minh Thảo Đức=duc Linh Hoàng Phượng Tuấn Ngọc`),
    family: names(`Nguyễn Trần Lê Phạm Huỳnh Võ Đặng=dang Bùi`),
    full: (given, family) => `${family} ${given}`,
  },
  {
    language: 'ru',
    weight: 6,
    given: names(`Анна=anna Александр=aleksandr Мария=maria Дмитрий=dmitry Елена=elena Иван=ivan
      Ольга=olga Сергей=sergey Юлия=yuliya Фёдор=fyodor Алёна=alyona Игорь=igor`),
    family: names(`Иванов=ivanov Смирнов=smirnov Кузнецов=kuznetsov Попов=popov Соловьёв=solovyov
      Морозов=morozov Волков=volkov Фёдоров=fyodorov Щербаков=shcherbakov Зайцев=zaytsev`),
  },
  {
    language: 'el',
    weight: 1,
    given: names(
      `Μαρία=maria Γιώργος=giorgos Ελένη=eleni Νίκος=nikos Άννα=anna Θεόδωρος=theodoros`,
    ),
    family: names(
      `Παπαδόπουλος=papadopoulos Οικονόμου=oikonomou Γεωργίου=georgiou Νικολάου=nikolaou`,
    ),
  },
  {
    language: 'ar',
    weight: 3,
    given: names(`محمد=mohammed فاطمة=fatima أحمد=ahmed مريم=maryam علي=ali ليلى=layla يوسف=yusuf
      نور=nour`),
    family: names(
      `الحسن=alhassan منصور=mansour حداد=haddad خليل=khalil النجار=alnajjar سالم=salem`,
    ),
  },
  {
    language: 'hi',
    weight: 3,
    given: names(`आरव=aarav प्रिया=priya राहुल=rahul अंजलि=anjali विक्रम=vikram दीपा=deepa संजय=sanjay`),
    family: names(`शर्मा=sharma वर्मा=verma सिंह=singh पटेल=patel गुप्ता=gupta मिश्रा=mishra`),
  },
  {
    language: 'zh',
    weight: 4,
    given: names(
      `伟=wei 芳=fang 娜=na 秀英=xiuying 敏=min 静=jing 磊=lei 洋=yang 晓明=xiaoming 丽=li`,
    ),
    family: names(`王=wang 李=li 张=zhang 刘=liu 陈=chen 杨=yang 赵=zhao 黄=huang 欧阳=ouyang`),
    full: familyFirst,
  },
  {
    language: 'ja',
    weight: 3,
    given: names(`陽翔=haruto さくら=sakura 蓮=ren 葵=aoi 結衣=yui 大輔=daisuke ユキ=yuki`),
    family: names(
      `佐藤=sato 鈴木=suzuki 高橋=takahashi 田中=tanaka 渡辺=watanabe 伊藤=ito 小林=kobayashi`,
    ),
    full: (given, family) => `${family} ${given}`,
  },
  {
    language: 'ko',
    weight: 2,
    given: names(`민준=minjun 서연=seoyeon 지우=jiwoo 하은=haeun 도윤=doyun 예진=yejin`),
    family: names(`김=kim 이=lee 박=park 최=choi 정=jung 강=kang`),
    full: familyFirst,
  },
];
